package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestRefusesWhatTheEngineCannotOrMustNotBuild(t *testing.T) {
	for name, given := range map[string]struct {
		text  string
		line  int
		words string
	}{
		"a bind mount that is written to":          {"FROM debian:12\nRUN true\nRUN --mount=target=/x,rw true\n", 3, "ends the engine"},
		"the same by another key":                  {"FROM debian:12 AS a\nFROM a\nRUN \\\n  --mount=type=bind,READWRITE=true,target=/x true\n", 3, "ends the engine"},
		"the same by a variable":                   {"FROM debian:12\nENV W=true\nRUN --mount=target=/x,rw=$W true\n", 3, "ends the engine"},
		"the same as ro=false":                     {"FROM debian:12\nRUN --mount=target=/x,ro=false true\n", 2, "ends the engine"},
		"the network of the host":                  {"FROM debian:12\nRUN --network=host true\n", 2, "--network=host"},
		"the same in quotes":                       {"FROM debian:12\nRUN --net\\work=\"host\" true\n", 2, "--network=host"},
		"an unknown network":                       {"FROM debian:12\nRUN --network=bridge true\n", 2, "invalid network mode"},
		"rights of the machine":                    {"FROM debian:12\nRUN --security=insecure true\n", 2, "unknown flag: security"},
		"a checksum":                               {"FROM debian:12\nADD --checksum=" + pin + " https://example.com/a /a\n", 2, "ADD --checksum"},
		"a cache with an owner":                    {"FROM debian:12\nRUN --mount=type=cache,target=/c,uid=1 true\n", 2, "uid, gid or mode"},
		"a cache with a mode":                      {"FROM debian:12\nRUN --mount=type=cache,target=/c,mode=0777 true\n", 2, "uid, gid or mode"},
		"a symbolic mode":                          {"FROM debian:12\nCOPY --chmod=u=rwX,go=rX a /a\n", 2, "invalid chmod parameter"},
		"a port of another protocol":               {"FROM debian:12\nEXPOSE 80\nEXPOSE 36412/sctp\n", 3, "EXPOSE 36412/sctp"},
		"a port by a variable":                     {"FROM debian:12\nARG P=36412/sctp\nEXPOSE $P\n", 3, "EXPOSE 36412/sctp"},
		"a repository by http":                     {"FROM debian:12\nADD http://git.example/x.git /x\n", 2, "git repository"},
		"a repository at a commit":                 {"FROM debian:12\nADD https://git.example/x.git#0123456789012345678901234567890123456789 /x\n", 2, "git repository"},
		"a download from this machine":             {"FROM debian:12\nADD http://127.0.0.1:5000/v2/_catalog /x\n", 2, "ADD from 127.0.0.1"},
		"a download from this machine by its name": {"FROM debian:12\nADD http://LOCALHOST:5000/ /x\n", 2, "ADD from LOCALHOST"},
		"a download from what only it reaches":     {"FROM debian:12\nADD http://169.254.169.254/latest/meta-data /x\n", 2, "ADD from 169.254.169.254"},
		"a download by IPv6":                       {"FROM debian:12\nADD http://[::ffff:127.0.0.1]/ /x\n", 2, "ADD from ::ffff:127.0.0.1"},
		"a digest of another kind":                 {"FROM debian@sha512:" + strings.Repeat("1", 128) + "\n", 1, "digest of sha512"},
		"another frontend":                         {"# syntax=example.com/frontend:1\nFROM debian:12\n", 1, "frontend"},
		"another frontend behind slashes":          {"// syntax=example.com/frontend:1\nFROM debian:12\n", 1, "frontend"},
		"a frontend with the name of the known":    {"# syntax=docker/dockerfile-evil\nFROM debian:12\n", 1, "frontend"},
		"a user by name on nothing":                {"FROM scratch\nUSER app\nWORKDIR /x\n", 3, "WORKDIR for the user"},
		"a relative path of a secret":              {"FROM debian:12\nRUN --mount=type=secret,id=a,target=a true\n", 2, "relative path"},
		"a here-document without an end":           {"FROM debian:12\nRUN <<EOF\ntrue\n", 2, "is not terminated"},
		"a stage that is not there":                {"FROM debian:12\nCOPY --from=3 /a /b\n", 2, "invalid stage index"},
		"a stage below":                            {"FROM debian:12\nCOPY --from=later /a /b\nFROM debian:12 AS later\nFROM later\n", 0, ""},
		"an image in upper case":                   {"FROM Debian:12\n", 1, "is not an image reference"},
		"a variable without a value":               {"FROM $BASE\n", 1, "should not be blank"},
		"an instruction that is none":              {"FROM debian:12\nINSTALL curl\n", 2, "unknown instruction"},
		"nothing but comments":                     {"# hello\n", 1, "no instructions"},
		"an instruction before FROM":               {"RUN true\nFROM debian:12\n", 1, "no build stage"},
		"a directive twice":                        {"# escape=`\n# escape=`\nFROM a\n", 2, "only one escape"},
		"checks that are none":                     {"# check=nonsense\nFROM a\n", 0, "check option"},
		"the empty image by name":                  {"FROM debian:12\nCOPY --from=$X a b\n", 2, "is not an image reference"},
	} {
		t.Run(name, func(t *testing.T) {
			report := read(t, given.text, nil)
			if given.words == "" {
				if len(report.Refusals) != 0 {
					t.Errorf("an unused stage was judged: %s", report.Refusals[0].Error())
				}
				return
			}
			wantRefusal(t, report.Refusals, given.line, given.words)
		})
	}
}

func TestAnAgentIsForStepsOfTheFileAndOnlyIfItIsGiven(t *testing.T) {
	agent := func(isGiven bool) func(*request) { return func(asked *request) { asked.Agent = &isGiven } }
	for text, line := range map[string]int{
		"FROM debian:12\nRUN --mount=type=ssh true\n":                2,
		"FROM debian:12\nRUN --mount=type=ssh,required true\n":       2,
		"FROM debian:12\nARG T=ssh\nRUN --mount=type=$T,id=a true\n": 3,
	} {
		wantRefusal(t, read(t, text, agent(false)).Refusals, line, "no agent is given")
		if prepared := prepareText(t, text, agent(true)); prepared != strings.Replace(text, "debian:12", "docker.io/library/debian:12@"+pin, 1) {
			t.Errorf("%q became %q", text, prepared)
		}
	}
	wantRefusal(t, read(t, "FROM debian:12\nRUN --mount=type=ssh,mode=0666 true\n", agent(true)).Refusals, 2, "the mode 0666")
	wantRefusal(t, read(t, "FROM debian:12\nRUN --mount=type=ssh,target=/a/ true\n", agent(true)).Refusals, 2, "a mount at")
	report := prepareOn(t, "FROM node:22\n", map[string]any{"OnBuild": []string{"RUN --mount=type=ssh true"}}, agent(true))
	wantRefusal(t, report.Refusals, 1, "an agent is only for steps of this file")
}

func TestBuildsWhatTheRemediesSay(t *testing.T) {
	for _, text := range []string{
		"FROM debian:12\nRUN --mount=target=/x true\nRUN --mount=target=/x,readonly true\nRUN --mount=target=/x,rw=false true\n",
		"FROM debian:12\nRUN --network=none true\nRUN --network=default true\n",
		"FROM debian:12\nUSER root\nRUN --mount=type=cache,target=/c true\nUSER 65532\n",
		"FROM debian:12\nCOPY --chmod=755 a /a\n",
		"FROM debian:12\nRUN --mount=type=secret,id=token true\n",
		"FROM scratch\nUSER 65532\nWORKDIR /x\n",
		"FROM debian:12\nEXPOSE 80 53/udp 8000-8003\n",
		"# syntax=docker/dockerfile:1\nFROM debian:12\n",
		"# syntax=docker.io/docker/dockerfile:1.7-labs@" + pin + "\nFROM debian:12\n",
		"FROM debian:12\nADD https://example.com/a.tar /a\n",
		"FROM debian:12 AS fetch\nRUN git clone https://git.example/x.git /x\nFROM debian:12\nCOPY --from=fetch /x /x\n",
	} {
		if report := read(t, text, nil); len(report.Refusals) > 0 {
			t.Errorf("%q: %s", text, report.Refusals[0].Error())
		}
	}
}

func TestDownloadsAreToldWithoutCredentials(t *testing.T) {
	report := read(t, "FROM debian:12\nARG V=1\nADD https://user:secret@example.com/a@b/$V.tar /a\n", nil)
	if found := report.Platforms[0].Downloads; len(found) != 1 || found[0].Address != "https://example.com/a@b/1.tar" || found[0].Line != 3 || found[0].Verified {
		t.Errorf("unexpected downloads %+v", found)
	}
	fixed := read(t, "FROM debian:12\nADD --checksum="+pin+" https://example.com/a /a\nADD https://git.example/x.git#0123456789012345678901234567890123456789:sub /x\nADD https://git.example/y.git#main /y\n", nil)
	verified := map[string]bool{}
	for _, one := range fixed.Platforms[0].Downloads {
		verified[one.Address] = one.Verified
	}
	if len(verified) != 3 || !verified["https://example.com/a"] || !verified["https://git.example/x.git"] || verified["https://git.example/y.git"] {
		t.Errorf("unexpected downloads %+v", fixed.Platforms[0].Downloads)
	}
}

// Out of memory, Go cannot always report it: then BuildKit itself ends.
var guardRefusal = regexp.MustCompile(`"refusals":\[\{"line":0,"found":"BuildKit (needs more than|ends while it reads it)`)

// TestGuard runs the program as in production: what would take the engine's memory or time is refused.
func TestGuard(t *testing.T) {
	program := filepath.Join(t.TempDir(), "dockerfile")
	build(t, program)
	for name, text := range map[string]string{
		"variables that double":           "FROM a\nENV A=xxxxxxxxxx\n" + strings.Repeat("ENV A=$A$A\n", 40),
		"arguments above FROM that do so": "ARG A=xxxxxxxxxx\n" + strings.Repeat("ARG A=$A$A\n", 40) + "FROM $A\n",
		"replacements that do so":         "FROM a\nENV A=xxxxxxxxxx\n" + strings.Repeat("ENV A=${A//x/xxxxxxxxxx}\n", 20),
		"a here-document that does so":    "FROM a\nENV A=xxxxxxxxxx\n" + strings.Repeat("ENV A=$A$A\n", 20) + "COPY <<E /a\n" + strings.Repeat("$A$A$A$A$A$A$A$A$A$A\n", 200) + "E\n",
	} {
		t.Run(name, func(t *testing.T) {
			report := runProgram(t, program, "read", text)
			if !guardRefusal.Match(report) {
				t.Errorf("expected a refusal, found %.300s", report)
			}
		})
	}
}

func TestBoundsWhatBuildKitDoesNot(t *testing.T) {
	variables := &strings.Builder{}
	for index := range 2500 {
		fmt.Fprintf(variables, " A%d=%d", index, index)
	}
	for name, text := range map[string]string{
		"instructions":     "FROM a\n" + strings.Repeat("RUN x\n", 100_000),
		"variables":        "FROM a\nENV" + variables.String() + "\n",
		"a here-document":  "FROM a\nRUN <<E\n" + strings.Repeat("x\n", 400_000) + "E\n",
		"the longest line": "FROM a\nRUN " + strings.Repeat("x", 70_000) + "\n",
	} {
		if report := read(t, text, nil); len(report.Refusals) != 1 || report.Refusals[0].Line == 0 {
			t.Errorf("%s: expected one refusal with a line, found %d", name, len(report.Refusals))
		}
	}
	for name, text := range map[string]string{
		"comments":        "FROM a\n" + strings.Repeat("# x\n", 240_000),
		"continued lines": "FROM a\nRUN x \\\n" + strings.Repeat("y \\\n", 240_000) + "z\n",
		"empty lines":     "FROM a\n" + strings.Repeat("\n", 900_000),
	} {
		if report := read(t, text, nil); len(report.Refusals) != 0 {
			t.Errorf("%s: %s", name, report.Refusals[0].Error())
		}
	}
}

func TestWhatEndsWithoutAWordIsNoWrongUsage(t *testing.T) {
	for complaint, isEnd := range map[string]bool{
		"": true, "SIGSEGV: segmentation violation\nPC=0x1": true, "fatal error: x": true, "panic: x": true, "runtime: mmap: access denied": true,
		"wrong usage: expected read\n" + usage: false,
	} {
		if isRuntimeEnd(exitUsage, []byte(complaint)) != isEnd {
			t.Errorf("%q is judged otherwise", complaint)
		}
	}
	if isRuntimeEnd(1, []byte("panic: in a message")) {
		t.Error("a fault of this program is taken for an end of BuildKit")
	}
}
