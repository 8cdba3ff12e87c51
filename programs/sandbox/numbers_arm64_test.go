package main

import "golang.org/x/sys/unix"

// makeDirectory is the one call by which programs make a directory here.
const makeDirectory = unix.SYS_MKDIRAT
