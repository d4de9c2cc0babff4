"""What a record is and how two of them merge: pure, standard library only, no I/O, no clock."""
