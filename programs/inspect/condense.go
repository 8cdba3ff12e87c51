package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// leftOut are the parts of a Trivy report that Loadline does not read, by their paths. They are nine tenths of a long report, which the
// engine would not return: its limit is 128 MiB of a file.
var leftOut = map[string][]string{
	"Metadata":                    {"History", "Layers"},
	"Results":                     {"Licenses", "Misconfigurations", "MisconfSummary", "ExperimentalModifiedFindings", "CustomResources"},
	"Results.Packages":            {"AnalyzedBy", "DependsOn", "Digest", "ID", "InstalledFiles", "Locations", "Maintainer"},
	"Results.Packages.Identifier": {"BOMRef", "UID"},
	"Results.Packages.Layer":      {"Digest"},
	"Results.Vulnerabilities": {
		"CVSS", "CweIDs", "DataSource", "Description", "Fingerprint", "LastModifiedDate", "PkgID", "PublishedDate", "References",
		"VendorIDs", "VendorSeverity",
	},
	"Results.Vulnerabilities.Layer":         {"Digest"},
	"Results.Vulnerabilities.PkgIdentifier": {"BOMRef", "UID"},
	"Results.Secrets":                       {"Code", "Match"},
}

// kept are the only parts of an object that are kept: the configuration of the image holds values of variables, and the platform of the
// image is all that is read of it.
var kept = map[string][]string{"Metadata.ImageConfig": {"architecture", "os", "variant"}}

// isRead reports whether a part of the object at a path is copied.
func isRead(path, name string) bool {
	if only, ok := kept[path]; ok {
		return slices.Contains(only, name)
	}
	return !slices.Contains(leftOut[path], name)
}

// mostDepth limits the nesting of a report; Trivy's own have eight levels.
const mostDepth = 64

// condense copies a Trivy report without these parts, in memory that does not grow with it. A report that is empty, truncated or not
// JSON is an error, and so is anything after its end.
func condense(report, output string) error {
	input, err := os.Open(report)
	if err != nil {
		return err
	}
	defer input.Close()
	file, err := os.OpenFile(output, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(file, 1<<20)
	err = errors.Join(condenseJSON(bufio.NewReaderSize(input, 1<<20), buffered), buffered.Flush(), file.Close())
	if err != nil {
		return errors.Join(fmt.Errorf("failed to condense the report: %w", err), os.Remove(output))
	}
	return nil
}

func condenseJSON(input io.Reader, output *bufio.Writer) error {
	decoder := json.NewDecoder(input)
	decoder.UseNumber()
	if err := (condenser{decoder, output}).value("", 0); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("expected the end of the report, found more")
	}
	return output.WriteByte('\n')
}

// condenser ignores errors of the output, which keeps the first one: its Flush returns it.
type condenser struct {
	decoder *json.Decoder
	output  *bufio.Writer
}

// value copies one value. The path names the objects around it; lists do not count.
func (c condenser) value(path string, depth int) error {
	if depth > mostDepth {
		return fmt.Errorf("expected at most %d nested values, found more", mostDepth)
	}
	token, err := c.token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		return c.object(path, depth)
	case json.Delim('['):
		return c.list(path, depth)
	default:
		return c.scalar(token)
	}
}

func (c condenser) object(path string, depth int) error {
	c.output.WriteByte('{')
	separator := ""
	for c.decoder.More() {
		token, err := c.token()
		if err != nil {
			return err
		}
		name, _ := token.(string) // the decoder allows nothing else here
		if !isRead(path, name) {
			if err := c.skip(); err != nil {
				return err
			}
			continue
		}
		c.output.WriteString(separator)
		separator = ","
		if err := c.scalar(name); err != nil {
			return err
		}
		c.output.WriteByte(':')
		if err := c.value(strings.TrimPrefix(path+"."+name, "."), depth+1); err != nil {
			return err
		}
	}
	c.output.WriteByte('}')
	_, err := c.token()
	return err
}

func (c condenser) list(path string, depth int) error {
	c.output.WriteByte('[')
	separator := ""
	for c.decoder.More() {
		c.output.WriteString(separator)
		separator = ","
		if err := c.value(path, depth+1); err != nil {
			return err
		}
	}
	c.output.WriteByte(']')
	_, err := c.token()
	return err
}

func (c condenser) scalar(value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	c.output.Write(text)
	return nil
}

// skip reads one value, checks that it is valid, and discards it.
func (c condenser) skip() error {
	var unread json.RawMessage
	err := c.decoder.Decode(&unread)
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// token is the decoder's next one: a report that ends where more must follow is truncated.
func (c condenser) token() (json.Token, error) {
	token, err := c.decoder.Token()
	if errors.Is(err, io.EOF) {
		return nil, io.ErrUnexpectedEOF
	}
	return token, err
}
