-- A remediation whose cluster or source is away says since when (ADR 35).
ALTER TABLE remediation ADD COLUMN away_since timestamptz;
-- Findings that were resolved long ago are swept with their history; the log keeps its events.
GRANT DELETE ON drift_finding, drift_change TO console_worker;
