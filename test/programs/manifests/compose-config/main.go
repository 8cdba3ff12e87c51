// Command compose-config reads a Compose file with the library by which Docker Compose reads its own, and says what it makes of it.
// The library's own command validates the form alone: whether a network, a volume or a secret that a service names is there is only looked at
// where the file becomes a project, as "docker compose config" and "docker compose up" do.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/dotenv"
)

func main() {
	// Docker Compose adds this format to the library's: lines as "docker run --env-file" reads them.
	dotenv.RegisterFormat("raw", raw)
	options, err := cli.NewProjectOptions(os.Args[1:], cli.WithOsEnv)
	if err != nil {
		fail(err)
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		fail(err)
	}
	read, err := project.MarshalJSON()
	if err != nil {
		fail(err)
	}
	fmt.Println(string(read))
}

func raw(file io.Reader, _ string, values map[string]string, _ func(string) (string, bool)) error {
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if name, value, found := strings.Cut(lines.Text(), "="); found && !strings.HasPrefix(name, "#") {
			values[name] = value
		}
	}
	return lines.Err()
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
