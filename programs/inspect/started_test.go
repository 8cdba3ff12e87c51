package main

import (
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

func TestFollowsTheWordsOfTheCommands(t *testing.T) {
	static := executable("")
	script := func(name, text string) line { return file(name, text).with(0o755) }
	lines := []line{
		static.installedAs(t, "usr/bin/tini"), static.installedAs(t, "usr/bin/node"), static.installedAs(t, "usr/bin/env"), static.installedAs(t, "bin/sh"),
		static.installedAs(t, "app/serve"), static.installedAs(t, "usr/local/bin/node").with(0o644), static.installedAs(t, "opt/tools/curl"),
		soft("usr/bin/python3", "python3.11"), static.installedAs(t, "usr/bin/python3.11"),
		script("app/start.sh", "#!/bin/sh -e\nexec node\n"), script("app/run.py", "#! /usr/bin/env -S python3 -u\nimport app\n"), script("app/lost", "#!/usr/bin/perl\n"),
		script("app/other", "#!/usr/bin/env ruby\n"), script("app/plain", "no first line"), script("app/empty", "#!\n"), script("app/loop", "#!/app/loop\n"),
	}
	cases := []struct {
		title  string
		config v1.Config
		// wanted are the paths, "?" before those that a later word names, and what is missing behind a space.
		wanted []string
	}{
		{"nothing", v1.Config{}, nil},
		{"a path", v1.Config{Entrypoint: []string{"/usr/bin/node", "server.js"}}, []string{"/usr/bin/node"}},
		{"a name, past what cannot be started", v1.Config{Cmd: []string{"node"}}, []string{"/usr/bin/node"}},
		{"a name in a PATH of its own", v1.Config{Cmd: []string{"curl"}, Env: []string{"PATH=/nowhere:/opt/tools"}}, []string{"/opt/tools/curl"}},
		{"a name that is nowhere", v1.Config{Cmd: []string{"java"}}, nil},
		{"a path from where it works", v1.Config{Cmd: []string{"./serve"}, WorkingDir: "/app"}, []string{"/app/serve"}},
		{"through a wrapper", v1.Config{Entrypoint: []string{"tini", "--"}, Cmd: []string{"node", "server.js"}}, []string{"/usr/bin/tini", "?/usr/bin/node"}},
		{"in the text of a shell", v1.Config{Cmd: []string{"/bin/sh", "-c", "A=1 exec node server.js; tini"}}, []string{"/bin/sh", "?/usr/bin/node", "?/usr/bin/tini"}},
		{"a script", v1.Config{Entrypoint: []string{"/app/start.sh"}}, []string{"/app/start.sh", "/bin/sh"}},
		{"a script behind env", v1.Config{Entrypoint: []string{"/app/run.py"}}, []string{"/app/run.py", "/usr/bin/env", "/usr/bin/python3.11"}},
		{"a script whose interpreter is missing", v1.Config{Entrypoint: []string{"/app/lost"}}, []string{"/app/lost /usr/bin/perl"}},
		{"a script whose interpreter env does not find", v1.Config{Entrypoint: []string{"/app/other"}}, []string{"/app/other ruby", "/usr/bin/env"}},
		{"a script without an interpreter", v1.Config{Entrypoint: []string{"/app/plain"}, Cmd: []string{"/app/empty"}}, nil},
		{"a script that is its own interpreter", v1.Config{Entrypoint: []string{"/app/loop"}}, []string{"/app/loop"}},
		{"what a wrapper and the runtime start", v1.Config{Entrypoint: []string{"tini", "node"}, Healthcheck: &v1.HealthConfig{Test: []string{"CMD", "node", "check.js"}}}, []string{"/usr/bin/tini", "/usr/bin/node"}},
		{"a health check in a shell", v1.Config{Healthcheck: &v1.HealthConfig{Test: []string{"CMD-SHELL", "node check.js || exit 1"}}}, []string{"/bin/sh", "?/usr/bin/node"}},
		{"a health check in another shell", v1.Config{Shell: []string{"tini", "-c"}, Healthcheck: &v1.HealthConfig{Test: []string{"CMD-SHELL", "node"}}}, []string{"/usr/bin/tini", "?/usr/bin/node"}},
		{"no health check", v1.Config{Healthcheck: &v1.HealthConfig{Test: []string{"NONE"}}}, nil},
	}
	for _, one := range cases {
		var told []string
		for _, program := range startedIn(t, one.config, lines...) {
			text := program.Path
			if !program.First {
				text = "?" + text
			}
			for _, missing := range program.Missing {
				text += " " + missing.Name
			}
			told = append(told, text)
		}
		if !slices.Equal(told, one.wanted) {
			t.Errorf("%s: wanted %q, got %q", one.title, one.wanted, told)
		}
	}
}

func TestSaysWhatCannotBeStarted(t *testing.T) {
	app := executable(glibcInterpreter, "libz.so.1")
	config := v1.Config{Entrypoint: []string{"/app"}}
	interpreter := library("").installedAs(t, strings.TrimPrefix(glibcInterpreter, "/"))
	found := startedIn(t, config, app.installedAs(t, "app"))
	if found[0].Missing[0] != (missingLibrary{glibcInterpreter, "/app"}) || len(found[0].Missing) != 1 {
		t.Errorf("wanted the interpreter to be missing, got %+v", found)
	}
	if found = startedIn(t, config, app.installedAs(t, "app"), interpreter.with(0o644)); len(found[0].Missing) != 1 {
		t.Errorf("wanted an interpreter that cannot be started to be missing, got %+v", found)
	}
	damaged := file("usr/lib/libz.so.1", elfMagic+"\x02\x01")
	if found = startedIn(t, config, app.installedAs(t, "app"), interpreter, damaged); len(found[0].Unread) != 1 || !strings.HasPrefix(found[0].Unread[0], "/usr/lib/libz.so.1: its headers") {
		t.Errorf("wanted a library that cannot be read, got %+v", found)
	}
	if found = startedIn(t, config, file("app", elfMagic+"\x02\x01").with(0o755)); len(found[0].Unread) != 1 {
		t.Errorf("wanted a program that cannot be read, got %+v", found)
	}
}

func TestFollowsAsManyProgramsAsItSays(t *testing.T) {
	var lines []line
	var words []string
	for number := range 2 * mostStarted {
		name := "/bin/" + strings.Repeat("a", number+1)
		words = append(words, name)
		lines = append(lines, executable("").installedAs(t, name))
	}
	if found := startedIn(t, v1.Config{Cmd: words}, lines...); len(found) != mostStarted {
		t.Errorf("wanted %d, got %d", mostStarted, len(found))
	}
}

func TestSaysThatItLooksInTooManyPlaces(t *testing.T) {
	// Together they would be looked for in more places than anybody could wait for.
	config := v1.Config{Env: []string{"PATH=" + strings.Repeat("/a:", 300_000)}, Entrypoint: slices.Repeat([]string{"app"}, 300_000)}
	found := startedIn(t, config, executable("").installedAs(t, "bin/app"))
	if len(found) != 1 || !found[0].First || len(found[0].Unread) != 1 || !strings.Contains(found[0].Unread[0], "too many places") {
		t.Errorf("found %+v", found)
	}
}

func TestFollowsWhatTheRuntimeStartsBesideAllOthers(t *testing.T) {
	var lines []line
	var words []string
	for number := range mostStarted {
		name := "/bin/" + strings.Repeat("a", number+1)
		words = append(words, name)
		lines = append(lines, executable("").installedAs(t, name))
	}
	lines = append(lines, executable("").installedAs(t, "check"))
	config := v1.Config{Entrypoint: words, Healthcheck: &v1.HealthConfig{Test: []string{"CMD", "/check"}}}
	found := startedIn(t, config, lines...)
	if last := found[len(found)-1]; last.Path != "/check" || !last.First {
		t.Errorf("found %+v", last)
	}
}
