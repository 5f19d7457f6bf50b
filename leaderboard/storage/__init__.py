"""The database of entries and teams: schema, migrations, reading and writing."""
