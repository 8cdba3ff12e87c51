package main

import "golang.org/x/sys/unix"

// makeDirectory is the older call by which programs make a directory.
const makeDirectory = unix.SYS_MKDIR
