package main

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzReading compares this program with BuildKit: for any text it reads the same instructions and images, terminates, and rewrites only what it intends to. `go test -fuzz FuzzReading` tries more.
func FuzzReading(f *testing.F) {
	for _, seed := range []string{
		"FROM debian:12\nRUN echo \"usage: cat <<EOF\"\n",
		"# escape=`\nFROM deb`\nian:12 AS x\nCOPY --from=alp\"ine:3\" a b\n",
		"ARG A=b C\nFROM ${A:-x}${C+y}\nRUN --mount=type=ca\\\nche,target=/c,ID=x --mount=from=busybox,target=/d <<-'E' <<F\n\tE\n# x\nF\n",
		"FROM a AS b\nONBUILD RUN --mount=type=cache,target=/c <<E\nE\nFROM b\nRUN --mount=type=secret,id=s,env=S true\nRUN [\"true\"] \\\n",
		"FROM a\nCOPY <<E --from=x <<\"F\" /y\nE\nF\n",
		"FROM --platform=$TARGETPLATFORM a\r\nRUN \\\r\n# c\r\n\r\n  b\r\nEXPOSE 1-3/udp $P\n",
		"FROM a\nRUN -- --mount=x \xc3\xa0--y\n",
		"FROM a\nRUN --mount=type=cache,\\\"target=/c\\\",sharing=locked --network=none true",
		"\t# syntax=x\n \u00a0FROM a\n\v\fRUN b\n",
		"FROM a\nLABEL a=b\\ c \"d e\"='f' g=\"h\\\ni\"\nENV x y z\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 || !utf8.ValidString(text) || strings.HasPrefix(text, "\ufeff") || strings.Count(text, "$") > 12 {
			t.Skip()
		}
		report, err := reportReading([]byte(text), asked(t, nil))
		var own *disagreement
		if errors.As(err, &own) {
			t.Fatalf("disagreement: %s", own.what)
		}
		if err != nil || len(report.Refusals) > 0 {
			return
		}
		prepared := prepareOn(t, text, nil, nil)
		if len(prepared.Refusals) == 0 && strings.Count(prepared.Dockerfiles[0].Text, "\n") != strings.Count(text, "\n") {
			t.Fatalf("lines moved: %q", prepared.Dockerfiles[0].Text)
		}
	})
}
