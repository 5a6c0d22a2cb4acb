"""What people do with the databases: upgrade, verify, back up, restore, seed; and the metrics file in and out."""
