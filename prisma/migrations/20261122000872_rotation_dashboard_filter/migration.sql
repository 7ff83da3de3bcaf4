-- Any mixture of class, environment, region and state is a few ranges of one index, whatever the order asked for.
CREATE INDEX secret_binding_by_filter ON secret_binding (tenant_id, class, environment, region_key, standing, limit_key);
