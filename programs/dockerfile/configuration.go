package main

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
)

// unsupportedImage names what the image's configuration uses and the engine does not support (llbtodagger/metadata.go).
func unsupportedImage(file *dockerfile, image *dockerspec.DockerOCIImage) []*refusal {
	if image == nil {
		return nil
	}
	var found []*refusal
	//nolint:staticcheck // the engine looks at the old field as well
	if image.Config.ArgsEscaped && strings.EqualFold(image.OS, "windows") {
		found = append(found, refuse(0, "an image for Windows whose command is one string").instead("Write CMD and ENTRYPOINT as JSON arrays."))
	}
	for port := range image.Config.ExposedPorts {
		if reason := unsupportedPort(port); reason != "" {
			found = append(found, refuse(file.exposing(port), "EXPOSE %s", printable(port)).because(reason).instead("Remove it: EXPOSE is documentation and opens nothing. State the port in a label or the README."))
		}
	}
	for _, variable := range image.Config.Env {
		if !strings.Contains(variable, "=") {
			found = append(found, refuse(0, "a variable of the base without a value").instead("Rebuild the base."))
		}
	}
	return found
}

func unsupportedPort(port string) string {
	number, protocol, _ := strings.Cut(port, "/")
	value, err := strconv.Atoi(number)
	switch {
	case err != nil:
		return "it is not a number"
	case value <= 0 || value > 65535:
		return "a port is a number from 1 to 65535"
	}
	switch strings.ToLower(protocol) {
	case "", "tcp", "udp":
		return ""
	}
	return fmt.Sprintf("the engine supports tcp and udp, not %s", printable(protocol))
}

// exposing is the line of the instruction that exposes a port: the last EXPOSE that names its number, otherwise the last one that has a variable, otherwise the last FROM, whose base exposes it.
func (f *dockerfile) exposing(port string) int {
	number, _, _ := strings.Cut(port, "/")
	named, variable, from := 0, 0, 0
	for index, node := range f.parsed.AST.Children {
		line := f.layout.instructions[index].first
		switch lower(node.Value) {
		case "from":
			from = line
		case "expose":
			if strings.Contains(node.Original, number) {
				named = line
			}
			if strings.ContainsAny(node.Original, "$-") {
				variable = line
			}
		}
	}
	return cmp.Or(named, variable, from)
}
