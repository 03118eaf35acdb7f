// Command punchgate is the PunchOut gateway.
package main

import (
	"os"

	"github.com/punchgate/punchgate/bootstrap"
)

func main() { os.Exit(bootstrap.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
