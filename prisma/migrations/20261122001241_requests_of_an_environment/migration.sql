-- A page of one environment's requests, newest first, also of one that has few among a million of others.
CREATE INDEX deployment_request_by_environment ON deployment_request (tenant_id, environment, deployment_id DESC);
