package main

import (
	"strings"
	"testing"
)

func TestPinsByPlaces(t *testing.T) {
	d := "docker.io/library/debian:12@" + pin
	for name, given := range map[string]struct{ before, after string }{
		"a base":                              {"FROM debian:12\n", "FROM " + d + "\n"},
		"a base of variables":                 {"ARG V=12\nFROM debian:${V} AS x # y\n", ""},
		"a base split over lines":             {"FROM deb\\\n# note\nian:12 AS x\nRUN true\n", "FROM \\\n# note\n" + d + " AS x\nRUN true\n"},
		"a base split at its end":             {"FROM debian:1\\\n2\nRUN true\n", "FROM \\\n" + d + "\nRUN true\n"},
		"a copy":                              {"FROM scratch\nCOPY --link --from=debian:12 --chown=1:1 /a /b\n", "FROM scratch\nCOPY --link --from=" + d + " --chown=1:1 /a /b\n"},
		"a copy in quotes":                    {"FROM scratch\nCOPY --fr\"om=debian\":12 /a /b\n", "FROM scratch\nCOPY --from=" + d + " /a /b\n"},
		"a mount":                             {"FROM scratch\nRUN --mount=from=debian:12,target=/x [\"/x/bin/true\"]\n", "FROM scratch\nRUN --mount=from=debian:12,target=/x,from=" + d + " [\"/x/bin/true\"]\n"},
		"the same words in a here-document":   {"FROM debian:12\nCOPY <<EOF /x\nFROM debian:12\nCOPY --from=debian:12 /a /b\nEOF\n", "FROM " + d + "\nCOPY <<EOF /x\nFROM debian:12\nCOPY --from=debian:12 /a /b\nEOF\n"},
		"the same words in a comment":         {"# FROM debian:12\nFROM debian:12\n", "# FROM debian:12\nFROM " + d + "\n"},
		"the same words in a command":         {"FROM debian:12\nRUN echo 'FROM debian:12' --from=debian:12\n", "FROM " + d + "\nRUN echo 'FROM debian:12' --from=debian:12\n"},
		"a stage that is not reached":         {"FROM debian:12 AS x\nFROM scratch\nCOPY a b\n", "FROM debian:12 AS x\nFROM scratch\nCOPY a b\n"},
		"Windows line ends":                   {"FROM debian:12\r\nRUN true\r\n", "FROM " + d + "\r\nRUN true\r\n"},
		"no line end":                         {"FROM debian:12", "FROM " + d},
		"a digest and a tag":                  {"FROM debian:12@" + pin + "\n", "FROM " + d + "\n"},
		"two images in one instruction":       {"FROM scratch\nRUN --mount=from=debian:12,target=/x --mount=from=debian:12,target=/y [\"/x/y\"]\n", "FROM scratch\nRUN --mount=from=debian:12,target=/x,from=" + d + " --mount=from=debian:12,target=/y,from=" + d + " [\"/x/y\"]\n"},
		"a here-document in quotes on a step": {"FROM debian:12\nRUN <<'E' cat\n$A <<X\nE\n", "FROM " + d + "\nRUN <<'E' cat\n$A <<X\nE\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if given.after == "" {
				if report := read(t, given.before, nil); len(report.Refusals) == 0 {
					t.Error("expected BuildKit to refuse it")
				}
				return
			}
			if found := prepareText(t, given.before, nil); found != given.after {
				t.Errorf("expected %q, found %q", given.after, found)
			}
		})
	}
}

func TestScopesEveryCacheThatBuildKitSees(t *testing.T) {
	for name, given := range map[string]struct{ before, id string }{
		"plain":                   {"RUN --mount=type=cache,target=/c true", "trusted:/c"},
		"with an id":              {"RUN --mount=type=cache,id=x,target=/c true", "trusted:x"},
		"with a scope of its own": {"RUN --mount=type=cache,id=other:x,target=/c true", "trusted:other:x"},
		"split behind the type":   {"RUN --mount=target=/c,type=cache\\\n  true", "trusted:/c"},
		"a word over two lines":   {"RUN --mount=type=ca\\\nche,target=/c true", "trusted:/c"},
		"a type from a variable":  {"ARG T=cache\nRUN --mount=type=$T,target=/c true", "trusted:/c"},
		"a key in capitals":       {"RUN --mount=TYPE=cache,target=/c true", "trusted:/c"},
		"a type in capitals":      {"RUN --mount=type=CACHE,target=/c true", "trusted:/c"},
		"an id from a variable":   {"ARG TARGETARCH\nRUN --mount=type=cache,id=go-$TARGETARCH,target=/c true", "trusted:go-amd64"},
		"quotes":                  {"RUN --mount='type=cache,target=/c' true", "trusted:/c"},
		"a quoted field":          {`RUN --mount=type=cache,\"target=/c\" true`, "trusted:/c"},
		"two ids":                 {"RUN --mount=type=cache,id=x,target=/c,id=y true", "trusted:y"},
		"an id that needs quotes": {"ARG I=\"a b\"\nRUN --mount=type=cache,id=$I,target=/c true", "trusted:sha256-c8687a08aa5d6ed2044328fa6a697ab8e96dc34291e8c2034ae8c38e6fcc6d65"},
		"a slash at the end":      {"RUN --mount=type=cache,target=/c/ true", "trusted:/c"},
		"behind other mounts":     {"RUN --mount=type=tmpfs,target=/a --mount=type=secret,id=s --mount=type=cache,target=/c --mount=target=/d true", "trusted:/c"},
		"with a here-document":    {"RUN --mount=type=cache,target=/c <<E\ntrue\nE", "trusted:/c"},
		"as an array":             {"RUN --mount=type=cache,target=/c [\"true\"]", "trusted:/c"},
	} {
		t.Run(name, func(t *testing.T) {
			text := prepareText(t, "FROM debian:12\n"+given.before+"\n", nil)
			if !strings.Contains(text, ",id="+given.id) {
				t.Errorf("expected the id %q in %q", given.id, text)
			}
			if strings.Count(text, "\n") != strings.Count(given.before, "\n")+2 {
				t.Errorf("lines moved in %q", text)
			}
		})
	}
	backtick := prepareText(t, "# escape=`\nFROM debian:12\nRUN `\n  --mount=type=cache,target=/c true\n", nil)
	if !strings.Contains(backtick, "target=/c,id=trusted:/c true") {
		t.Errorf("unexpected %q", backtick)
	}
	same := prepareText(t, "FROM debian:12 AS a\nRUN --mount=type=cache,target=/c true\nFROM debian:12\nRUN --mount=type=cache,target=/c true\nCOPY --from=a /x /y\n", nil)
	if strings.Count(same, "id=trusted:/c") != 2 {
		t.Errorf("steps that are the same to BuildKit have one cache without a scope: %q", same)
	}
}

func TestABuildAgainMakesEveryStepAnother(t *testing.T) {
	again := func(asked *request) { asked.Again = 3 }
	const mount = "--mount=type=tmpfs,target=/dev/shm,size=67121152"
	text := prepareText(t, "FROM debian:12 AS a\nRUN one\nFROM debian:12\nRUN --mount=type=secret,id=s,target=/s two\nCOPY --from=a /x /y\nRUN --network=none \\\n  three\n", again)
	for _, step := range []string{"RUN " + mount + "  one\n", "RUN " + mount + " --mount=type=tmpfs,target=/s  --mount=type=secret,id=s,target=/s two\n", "RUN " + mount + "  --network=none \\\n  three\n"} {
		if !strings.Contains(text, step) {
			t.Errorf("wanted %q in %q", step, text)
		}
	}
	if once := prepareText(t, "FROM debian:12\nRUN one\n", nil); strings.Contains(once, "tmpfs") {
		t.Errorf("a first build became %q", once)
	}
	own := prepareOn(t, "FROM debian:12\nRUN --mount=type=tmpfs,target=/dev/shm true\n", nil, func(asked *request) {})
	if len(own.Refusals) != 0 {
		t.Errorf("a first build is refused: %s", own.Refusals[0].Found)
	}
	onbuild := prepareOn(t, "FROM node:22\n", map[string]any{"OnBuild": []string{"RUN true"}}, again)
	wantRefusal(t, onbuild.Refusals, 1, "a step: it would come from the engine's cache")
}

func TestOnbuildOfABaseIsJudged(t *testing.T) {
	for words, trigger := range map[string]string{
		"cache mount":    "RUN --mount=type=cache,from=plain,target=/c true",
		"cannot mount":   "RUN --mount=type=cache,target=/c true",
		"--network=host": "RUN --network=host true",
		"ADD --checksum": "ADD --checksum=" + pin + " https://example.com/a /a",
		"git repository": "ADD https://git.example/x.git /x",
		"ssh":            "RUN --mount=type=ssh true",
		"ends":           "RUN --mount=target=/x,rw true",
	} {
		text := "FROM debian:12 AS plain\nFROM node:22 AS app\nCOPY --from=plain /a /b\nUSER 1\n"
		report := prepareOn(t, text, map[string]any{"OnBuild": []string{"ENV A=b", trigger}}, nil)
		wantRefusal(t, report.Refusals, 1, words)
		if len(report.Dockerfiles) != 0 {
			t.Errorf("%s: there is a Dockerfile to build", trigger)
		}
	}
	harmless := prepareOn(t, "FROM node:22\n", map[string]any{"OnBuild": []string{"COPY . /app", "RUN npm ci"}}, nil)
	if len(harmless.Refusals) != 0 || len(harmless.Dockerfiles) != 1 {
		t.Errorf("expected a harmless ONBUILD to be built, found %+v", harmless.Refusals)
	}
	own := prepareOn(t, "FROM debian:12 AS c\nFROM debian:12 AS a\nONBUILD RUN --mount=type=cache,from=c,target=/c true\nFROM a\nCOPY --from=c /a /b\n", nil, nil)
	wantRefusal(t, own.Refusals, 4, "cache mount")
	kept := prepareText(t, "FROM debian:12\nONBUILD RUN --mount=type=cache,target=/c true\n", nil)
	if !strings.HasSuffix(kept, "ONBUILD RUN --mount=type=cache,target=/c true\n") {
		t.Errorf("what the image is shipped with was changed: %q", kept)
	}
}

func TestLeavesNoSecretForLaterSteps(t *testing.T) {
	file, other := "--mount=type=tmpfs,target=/run/secrets/t", "--mount=type=tmpfs,target=/run/secrets/u"
	variable := "--mount=type=secret,id=loadline-withheld,required=true,env=T"
	for name, given := range map[string]struct{ before, after string }{
		"a later step":                       {"RUN --mount=type=secret,id=t one\nRUN two\n", "RUN " + file + "  --mount=type=secret,id=t one\nRUN two\n"},
		"no later step":                      {"RUN --mount=type=secret,id=t one\nENV A=b\nCOPY a /b\n", "RUN --mount=type=secret,id=t one\nENV A=b\nCOPY a /b\n"},
		"many later steps":                   {"RUN --mount=type=secret,id=t --mount=type=secret,id=u one\n" + steps(40), "RUN " + file + " " + other + "  --mount=type=secret,id=t --mount=type=secret,id=u one\n" + steps(40)},
		"a later stage":                      {"RUN --mount=type=secret,id=t one\nFROM b AS c\nUSER 1\nFROM c\nRUN two\n", "RUN " + file + "  --mount=type=secret,id=t one\nFROM b AS c\nUSER 1\nFROM c\nRUN two\n"},
		"a variable":                         {"RUN --mount=type=secret,id=t,env=T one\nRUN two\n", "RUN --mount=type=secret,id=t,env=T one\nRUN " + variable + "  two\n"},
		"a file and a variable of one mount": {"RUN --mount=type=secret,id=t,env=T,target=/run/secrets/t one\nRUN two\n", "RUN " + file + "  --mount=type=secret,id=t,env=T,target=/run/secrets/t one\nRUN " + variable + "  two\n"},
		"a variable for many later steps":    {"RUN --mount=type=secret,id=t,env=T one\n" + steps(30), "RUN --mount=type=secret,id=t,env=T one\n" + strings.ReplaceAll(steps(30), "RUN ", "RUN "+variable+"  ")},
		"steps with the same secret":         {"RUN --mount=type=secret,id=t one\nRUN --mount=type=secret,id=t two\nRUN three\n", "RUN " + file + "  --mount=type=secret,id=t one\nRUN " + file + "  --mount=type=secret,id=t two\nRUN three\n"},
		"two secrets at one path, by turns":  {"RUN --mount=type=secret,id=t one\nRUN --mount=type=secret,id=x/t two\nRUN three\n", "RUN " + file + "  --mount=type=secret,id=t one\nRUN " + file + "  --mount=type=secret,id=x/t two\nRUN three\n"},
		"a stage in between":                 {"RUN --mount=type=secret,id=t one\nFROM scratch\nCOPY --from=b /x /y\nRUN two\n", "RUN --mount=type=secret,id=t one\nFROM scratch\nCOPY --from=b /x /y\nRUN two\n"},
		"a step as an array":                 {"RUN --mount=type=secret,id=t [\"one\"]\nRUN [\"two\"]\n", "RUN " + file + "  --mount=type=secret,id=t [\"one\"]\nRUN [\"two\"]\n"},
		"a here-document":                    {"RUN --mount=type=secret,id=t <<E\none\nE\nRUN <<E\ntwo\nE\n", "RUN " + file + "  --mount=type=secret,id=t <<E\none\nE\nRUN <<E\ntwo\nE\n"},
		"a here-document with its program":   {"RUN --mount=type=secret,id=t <<E\n#!/bin/sh\none\nE\nRUN two\n", "RUN " + file + "  --mount=type=secret,id=t <<E\n#!/bin/sh\none\nE\nRUN two\n"},
		"a keyword over lines":               {"RUN\\\n --mount=type=secret,id=t one\nRUN two\n", "RUN " + file + " \\\n --mount=type=secret,id=t one\nRUN two\n"},
		"a target of a variable":             {"ARG P=/run/secrets\nRUN --mount=type=secret,id=x,target=$P/t one\nRUN two\n", "ARG P=/run/secrets\nRUN " + file + "  --mount=type=secret,id=x,target=$P/t one\nRUN two\n"},
		"a type of a variable":               {"ARG T=secret\nRUN --mount=type=$T,id=t one\nRUN two\n", "ARG T=secret\nRUN " + file + "  --mount=type=$T,id=t one\nRUN two\n"},
		"a cache besides":                    {"RUN --mount=type=secret,id=t --mount=type=cache,target=/c one\nRUN two\n", "RUN " + file + "  --mount=type=secret,id=t --mount=type=cache,target=/c,id=trusted:/c one\nRUN two\n"},
		"a mount of its own on that path":    {"RUN --mount=type=secret,id=t --mount=type=tmpfs,target=/run/secrets/t one\nRUN two\n", "RUN --mount=type=secret,id=t --mount=type=tmpfs,target=/run/secrets/t one\nRUN two\n"},
		"one with a slash at its end":        {"RUN --mount=type=secret,id=t --mount=type=tmpfs,target=/run/secrets/t/ one\nRUN two\n", "RUN " + file + "  --mount=type=secret,id=t --mount=type=tmpfs,target=/run/secrets/t/ one\nRUN two\n"},
		"the directory mounted over":         {"RUN --mount=type=secret,id=t one\nRUN --mount=type=tmpfs,target=/run/secrets two\nRUN three\n", "RUN " + file + "  --mount=type=secret,id=t one\nRUN --mount=type=tmpfs,target=/run/secrets two\nRUN three\n"},
		"many mounts in a later step":        {"RUN --mount=type=secret,id=t one\nRUN " + manyMounts(20) + " two\n", "RUN " + file + "  --mount=type=secret,id=t one\nRUN " + manyMounts(20) + " two\n"},
		"many mounts and no later step":      {"RUN --mount=type=secret,id=t " + manyMounts(20) + " one\n", "RUN --mount=type=secret,id=t " + manyMounts(20) + " one\n"},
		"as many as are sure":                {"RUN --mount=type=secret,id=t " + manyMounts(9) + " one\nRUN two\n", "RUN " + file + "  --mount=type=secret,id=t " + manyMounts(9) + " one\nRUN two\n"},
	} {
		t.Run(name, func(t *testing.T) {
			report := prepareOn(t, "FROM a AS b\n"+given.before, nil, nil)
			if len(report.Refusals) > 0 {
				t.Fatal(report.Refusals[0].Error())
			}
			if found := report.Dockerfiles[0].Text; !strings.HasSuffix(found, "AS b\n"+given.after) {
				t.Errorf("expected %q at the end of %q", given.after, found)
			}
			if report.Dockerfiles[0].Withheld != strings.Contains(given.after, withheldID) {
				t.Error("the report says otherwise whether a secret is withheld")
			}
		})
	}
}

func steps(count int) string { return strings.Repeat("RUN two\n", count) }

func TestOptionalSecretsThatWereNotGivenHideNothing(t *testing.T) {
	text := "FROM a\nRUN --mount=type=secret,id=t one\nRUN two\n"
	report := prepareOn(t, text, nil, func(wanted *request) { wanted.Secrets = &[]string{} })
	if found := report.Dockerfiles[0]; found.Withheld || !strings.HasSuffix(found.Text, "RUN two\n") {
		t.Errorf("unexpected %q", found.Text)
	}
}

func TestRefusesSecretsThatStayForLaterSteps(t *testing.T) {
	for name, given := range map[string]struct {
		text  string
		line  int
		words string
	}{
		"a path with a space":                {"FROM a\nRUN --mount=type=secret,id=t,target='/run/a b' one\nRUN two\n", 2, "cannot be hidden under this name"},
		"a path of a variable":               {"FROM a\nRUN --mount=type=secret,id=t,target=\"'/run/$x'\" one\nRUN two\n", 2, "cannot be hidden under this name"},
		"a variable that ENV sets":           {"FROM a\nENV T=1\nRUN --mount=type=secret,id=t,env=T one\nRUN two\n", 3, "ENV or ARG"},
		"a variable that ENV sets later":     {"FROM a\nRUN --mount=type=secret,id=t,env=T one\nENV T=1\nRUN two\n", 2, "ENV or ARG"},
		"many mounts besides":                {"FROM a\nRUN --mount=type=secret,id=t " + manyMounts(10) + " one\nRUN two\n", 2, "of 13 mounts"},
		"many secrets":                       {"FROM a\nRUN " + strings.ReplaceAll(manyMounts(6), "tmpfs", "secret") + " one\nRUN two\n", 2, "of 13 mounts"},
		"Loadline's own id":                  {"FROM a\nRUN --mount=type=secret,id=t,env=T one\nRUN --mount=type=secret,id=loadline-withheld,env=T two\nRUN three\n", 3, "Loadline"},
		"Loadline's own id, by a variable":   {"FROM a\nARG W=withheld\nRUN --mount=type=secret,id=loadline-$W,target=/w one\n", 3, "Loadline"},
		"two at one path":                    {"FROM a\nRUN --mount=type=secret,id=t --mount=type=secret,id=x/t one\nRUN two\n", 2, "only one of the two"},
		"two at one path, by a variable":     {"FROM a\nARG P=/run/secrets/t\nRUN --mount=type=secret,id=t --mount=type=secret,id=u,target=$P one\nRUN two\n", 3, "only one of the two"},
		"two at the path of a mount":         {"FROM a\nRUN --mount=type=secret,id=t --mount=type=secret,id=x/t --mount=type=tmpfs,target=/run/secrets/t one\nRUN two\n", 2, "only one of the two"},
		"a step behind ONBUILD":              {"FROM a AS b\nONBUILD RUN two\nRUN --mount=type=secret,id=t,env=T one\nFROM b\n", 3, "ONBUILD"},
		"a path with dots":                   {"FROM a\nRUN --mount=type=secret,id=t,target=/z/../run/t one\n", 2, "target=/run/t."},
		"a path with a slash at its end":     {"FROM a\nRUN --mount=type=secret,id=t,target=/run/t/ one\n", 2, "target=/run/t."},
		"a path with a dot":                  {"FROM a\nRUN --mount=type=secret,id=t,target=/run/./t one\n", 2, "target=/run/t."},
		"a path with two slashes":            {"FROM a\nARG P=/run/\nRUN --mount=type=secret,id=t,target=$P/t one\n", 3, "target=/run/t."},
		"the root":                           {"FROM a\nRUN --mount=type=secret,id=t,target=/ one\n", 2, `a mount at "/"`},
		"another mount with dots":            {"FROM a\nRUN --mount=type=secret,id=t --mount=type=tmpfs,target=/run/x/../secrets/t one\nRUN two\n", 2, "target=/run/secrets/t."},
		"a cache that would stay":            {"FROM a\nRUN --mount=type=cache,target=/a/../c one\nRUN two\n", 2, "target=/c."},
		"a bind mount that would stay":       {"FROM a\nRUN --mount=target=/c/. one\nRUN two\n", 2, "target=/c."},
		"a mount over everything":            {"FROM a\nRUN --mount=type=tmpfs,target=// one\nRUN two\n", 2, "//"},
		"a mount that ends with two slashes": {"FROM a\nRUN --mount=type=tmpfs,target=/c// one\nRUN two\n", 2, "target=/c."},
	} {
		t.Run(name, func(t *testing.T) {
			report := read(t, given.text, nil)
			for _, one := range report.Refusals {
				one.Found += " " + one.Remedy
			}
			wantRefusal(t, report.Refusals, given.line, given.words)
		})
	}
	onbuild := prepareOn(t, "FROM a\nRUN two\n", map[string]any{"OnBuild": []string{"RUN --mount=type=secret,id=t one"}}, nil)
	wantRefusal(t, onbuild.Refusals, 1, "from the base's ONBUILD")
	last := prepareOn(t, "FROM a\nUSER 1\n", map[string]any{"OnBuild": []string{"RUN --mount=type=secret,id=t one"}}, nil)
	if len(last.Refusals) != 0 {
		t.Errorf("expected a secret of ONBUILD without steps after it to be built, found %s", last.Refusals[0].Found)
	}
	for _, brought := range []string{"RUN two", "RUN --mount=type=tmpfs,target=/run two"} {
		later := prepareText(t, "FROM a AS b\nONBUILD "+brought+"\nRUN --mount=type=secret,id=t one\nFROM b\n", nil)
		if !strings.Contains(later, "RUN --mount=type=tmpfs,target=/run/secrets/t  --mount=type=secret,id=t one") {
			t.Errorf("unexpected %q", later)
		}
	}
}

func manyMounts(count int) string {
	flags := make([]string, count)
	for index := range flags {
		flags[index] = "--mount=type=tmpfs,target=/m" + string(rune('a'+index))
	}
	return strings.Join(flags, " ")
}

func TestChecksAreToldWithLines(t *testing.T) {
	text := "# check=skip=WorkdirRelativePath\nfrom a as B\nWORKDIR x\nENV API_KEY=1\nCMD run\nRUN echo $HOME_OF\nENV P=$JAVA_HOME/bin\n"
	configuration := map[string]any{"Env": []string{"JAVA_HOME=/java"}}
	obeyed := prepareOn(t, text, configuration, nil)
	lines := map[string]int{}
	for _, one := range obeyed.Checks {
		lines[one.Rule] = one.Line
	}
	for rule, line := range map[string]int{"StageNameCasing": 2, "ConsistentInstructionCasing": 2, "SecretsUsedInArgOrEnv": 4, "JSONArgsRecommended": 5} {
		if lines[rule] != line {
			t.Errorf("expected %s on line %d, found %d", rule, line, lines[rule])
		}
	}
	if lines["WorkdirRelativePath"] != 0 || lines["UndefinedVar"] != 0 {
		t.Errorf("expected no silenced check, and a variable of the base to be known, found %v", lines)
	}
	all := prepareOn(t, text, configuration, func(wanted *request) { wanted.ObeyChecks = false })
	if len(all.Checks) != len(obeyed.Checks)+1 {
		t.Errorf("expected the silenced check as well, found %+v", all.Checks)
	}
	failing := prepareOn(t, "# escape=`\n# check=error=true\nFROM a\nCMD run `\n x\n", nil, func(wanted *request) { wanted.ObeyChecks = false })
	if len(failing.Checks) != 1 || len(failing.Refusals) != 0 || failing.Checks[0].Line != 4 {
		t.Errorf("expected one check and no refusal, found %+v", failing)
	}
}
