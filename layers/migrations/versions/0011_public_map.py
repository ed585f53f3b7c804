"""What the public's login sees of the working layers: views that leave out columns, and of important users the rows.

They are plain: a condition of whoever asks goes into them, whatever function it calls, and GiST serves it as on
the tables. It meets the columns of the view and no others. Two views keep rows back, those of parcels of important
users (重要用户), and neither is a barrier (security_barrier), which makes tiles twelve times as slow:

- parcels: the condition stands on the same row and costs nothing, so that PostgreSQL asks it before any function.
- run_rows: a function of the asker may meet a row before it is left out, and its error quotes what the view would
  show of it: screening, id and class of the parcel, a load that follows from its land or is the same for all; never
  a load that a customer states.

EXPLAIN ANALYZE counts the rows that are removed, of barriers too: so that one is kept back where somebody asks.

They read with the rights of their owner, who owns the tables. A migration that changes such a column drops its view
and makes it anew.
"""

from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

LAYERS = (
    'access_points', 'capacity', 'city_area', 'claims', 'ducts', 'feeders', 'green', 'infrastructure', 'jurisdictions',
    'main_transformers', 'parcels', 'railways', 'roads', 'substations', 'transformers', 'water',
)

VIEWS = {
    # What a customer has stated is nobody else's. The column stands, so that tiles ask views and tables alike.
    'parcels': """
        select id, name, land_use, null::float8 as load_kva, square_x, square_y, geom
        from grid.parcels
        where important is not true
    """,
    'roads': 'select id, name, class, width_m, layer, geom from grid.roads',
    'water': 'select id, name, geom from grid.water',
    'green': 'select id, name, geom from grid.green',
    'railways': 'select id, name, geom from grid.railways',
    'jurisdictions': 'select id from grid.jurisdictions',
    'runs': """
        select id, "on", made_at, (request->'load'->>'kva')::float8 as load_kva,
            summary->'by_class' as by_class, summary->'area_ha' as area_ha
        from siting.runs
    """,
    # Loads that follow from the land, or that are the same for all, in tens of kVA, rounded up. That a user is
    # important is told by no failed test either.
    'run_rows': """
        select r.run_id, r.parcel_id, r.class,
            case when r.failed_test not like 'important %' then r.failed_test end as failed_test,
            case when r.load_source in ('land_use', 'argument') then 10 * ceil(r.load_kva / 10) end as load_kva
        from siting.run_rows r
        where not exists (select from grid.parcels p where p.id = r.parcel_id and p.important)
    """,
    'zone_parts': 'select run_id, reach_m, class, load_kva, geom from siting.zone_parts',
    'layer_versions': 'select layer, batch_id, changed_at from grid.layer_versions',
    'sources': ' union all '.join(
        f"""
        select '{each}' as layer, exists (
            select from grid.import_batches b
            where b.format = 'OpenStreetMap' and exists (select from grid.{each} t where t.batch_id = b.id)
        ) as from_osm
        """
        for each in LAYERS
    ),
}


def upgrade() -> None:
    op.create_index('ix_parcels_important', 'parcels', ['id'], schema='grid', postgresql_where='important')
    op.execute("create schema public_map")
    for name, rows in VIEWS.items():
        op.execute(f"create view public_map.{name} as {rows}")


def downgrade() -> None:
    op.execute("drop schema public_map cascade")
    op.drop_index('ix_parcels_important', 'parcels', schema='grid')
