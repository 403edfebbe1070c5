"""Events, alerts' numbers and timelines are only ever added; the database holds it."""

from django.db import migrations

FORBID = """
CREATE FUNCTION forbid_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON interactions_callevent
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON interactions_timelineentry
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER never_rewritten BEFORE UPDATE ON interactions_alert
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
"""
ALLOW = """
DROP TRIGGER only_added ON interactions_callevent;
DROP TRIGGER only_added ON interactions_timelineentry;
DROP TRIGGER never_rewritten ON interactions_alert;
DROP FUNCTION forbid_change();
"""


class Migration(migrations.Migration):
    dependencies = [("interactions", "0002_first_rows")]

    operations = [migrations.RunSQL(FORBID, ALLOW)]
