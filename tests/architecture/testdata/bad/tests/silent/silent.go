package silent

// breach: no file of this package has a package comment
