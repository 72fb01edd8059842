"""Rating schemes hold the English of their title and classes; the shipped ones get theirs, as far as nobody reworded
them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenancy.migrations import execute

ID = "2026-11-24T17:20:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "the English of rating schemes"

# The owner sees the rows of every body while FORCE is off; what is changed is in each body's trail.
BILINGUAL = """
ALTER TABLE app.monthly_rating_scheme ADD COLUMN title_en text NOT NULL DEFAULT '';
ALTER TABLE app.monthly_rating_scheme NO FORCE ROW LEVEL SECURITY;
WITH english (code, title, title_en) AS (VALUES
  ('abc-kien-luong', 'A, B, C – ba mức hoàn thành nhiệm vụ được phân công',
    'A, B, C – three classes of completing assigned tasks'),
  ('abcd', 'A, B, C, D – bốn mức', 'A, B, C, D – four classes')),
labels (label, label_en) AS (VALUES
  ('Hoàn thành xuất sắc nhiệm vụ', 'Tasks completed excellently'),
  ('Hoàn thành tốt nhiệm vụ', 'Tasks completed well'),
  ('Hoàn thành nhiệm vụ', 'Tasks completed'),
  ('Không hoàn thành nhiệm vụ', 'Tasks not completed'))
UPDATE app.monthly_rating_scheme s SET title_en = e.title_en, version = s.version + 1,
  levels = (
    SELECT jsonb_agg(level.value || jsonb_build_object('label_en', coalesce(l.label_en, '')) ORDER BY level.place)
    FROM jsonb_array_elements(s.levels) WITH ORDINALITY AS level(value, place)
    LEFT JOIN labels l ON l.label = level.value ->> 'label')
FROM english e WHERE e.code = s.code AND e.title = s.title;
ALTER TABLE app.monthly_rating_scheme FORCE ROW LEVEL SECURITY;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="monthly_rating", description=DESCRIPTION)

    async def build() -> None:
        await execute(BILINGUAL)

    manager.add_raw(build)
    return manager
