-- A person who concludes a promotion changes the roles in the same transaction, as the worker does.
GRANT UPDATE ON region TO console_tenant;
