-- Events of one type or one subject are many: without the time each value stands in the index once, with the places of
-- its events behind it. Who asks by type wants the types alone; who asks by subject gets few events, and sorts them.
DROP INDEX audit_event_by_type;
CREATE INDEX audit_event_by_type ON audit_event (tenant_id, type);
DROP INDEX audit_event_by_subject;
CREATE INDEX audit_event_by_subject ON audit_event (tenant_id, subject);
