package main

import "strings"

// osRelease names the distribution, from os-release(5). All fields are empty for an image without one.
type osRelease struct {
	ID         string `json:"id"`
	VersionID  string `json:"versionId"`
	PrettyName string `json:"prettyName"`
}

func (f *filesystem) osRelease() *osRelease {
	for _, name := range [...]string{"etc/os-release", "usr/lib/os-release"} {
		found := f.lookup(name)
		if found == nil || found.kind != regular || found.content == nil {
			continue
		}
		values := parseOSRelease(string(found.content))
		return &osRelease{ID: printableText(values["ID"]), VersionID: printableText(values["VERSION_ID"]), PrettyName: printableText(values["PRETTY_NAME"])}
	}
	return nil
}

func parseOSRelease(content string) map[string]string {
	values := map[string]string{}
	for line := range strings.SplitSeq(content, "\n") {
		key, value, assigned := strings.Cut(strings.TrimSpace(line), "=")
		if !assigned || strings.HasPrefix(key, "#") {
			continue
		}
		if len(value) >= 2 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
			value = strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\$`, `$`, "\\`", "`").Replace(value[1 : len(value)-1])
		}
		values[key] = value
	}
	return values
}
