package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ran runs commands through the command line, and returns the exit code, the report and the messages.
func ran(t *testing.T, order string, most int, commands ...[]string) (int, report, string) {
	t.Helper()
	text, err := json.Marshal(plan{SchemaVersion: schemaVersion, Commands: commands})
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	code := dispatch([]string{order, write(t, string(text))}, &stdout, &stderr, most)
	var read report
	if code == 0 {
		if err := json.Unmarshal(stdout.Bytes(), &read); err != nil {
			t.Fatal(err)
		}
	} else if stdout.Len() > 0 {
		t.Errorf("no report was to be printed: %q", stdout.String())
	}
	return code, read, stderr.String()
}

func TestEachCommandHasItsOwnAnswer(t *testing.T) {
	for _, order := range []string{"sequence", "parallel"} {
		code, read, _ := ran(t, order, 1000, []string{"printf", "%s", "a b;$(id)"}, []string{"ls", "/not-there"})
		if code != 0 || len(read.Runs) != 2 {
			t.Fatalf("%s: %d %+v", order, code, read)
		}
		if read.Runs[0] != (run{0, "a b;$(id)", ""}) {
			t.Errorf("%s: words are passed on as they are: %+v", order, read.Runs[0])
		}
		if read.Runs[1].ExitCode == 0 || !strings.Contains(read.Runs[1].Stderr, "/not-there") {
			t.Errorf("%s: %+v", order, read.Runs[1])
		}
	}
}

func TestASequenceEndsWithTheFirstFailure(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "mark")
	commands := [][]string{{"true"}, {"false"}, {"touch", mark}}
	_, read, _ := ran(t, "sequence", 1000, commands...)
	if len(read.Runs) != 2 || read.Runs[1].ExitCode != 1 {
		t.Errorf("%+v", read)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("a command after the failure was run")
	}
	if _, read, _ = ran(t, "parallel", 1000, commands...); len(read.Runs) != 3 {
		t.Errorf("%+v", read)
	}
}

func TestAnswersStandInTheOrderOfTheCommands(t *testing.T) {
	commands := [][]string{{"sh", "-c", "sleep 0.2; echo 0"}}
	for _, word := range strings.Fields("1 2 3 4 5 6 7 8 9") {
		commands = append(commands, []string{"echo", word})
	}
	_, read, _ := ran(t, "parallel", 1000, commands...)
	printed := ""
	for _, run := range read.Runs {
		printed += run.Stdout
	}
	if printed != "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n" {
		t.Errorf("%q", printed)
	}
}

func TestACommandThatWasKilledIsNoneThatFailed(t *testing.T) {
	_, read, _ := ran(t, "sequence", 1000, []string{"sh", "-c", "kill -KILL $$"})
	if len(read.Runs) != 1 || read.Runs[0].ExitCode != 137 {
		t.Errorf("%+v", read)
	}
}

func TestWhatIsNotKnownWholeIsNoReport(t *testing.T) {
	for name, commands := range map[string][][]string{
		"a program that is not there": {{"true"}, {"/not-there"}},
		"too much on one stream":      {{"printf", "%s", strings.Repeat("x", 101)}, {"true"}},
	} {
		for _, order := range []string{"sequence", "parallel"} {
			if code, _, said := ran(t, order, 100, commands...); code != 1 || said == "" {
				t.Errorf("%s, %s: %d %q", name, order, code, said)
			}
		}
	}
}

func TestAPlanThatIsNotWholeIsRefused(t *testing.T) {
	good := `{"schemaVersion":1,"commands":[["true"]]}`
	for name, text := range map[string]string{
		"empty":           "",
		"cut off":         good[:30],
		"two documents":   good + good,
		"an unknown key":  strings.Replace(good, `"commands"`, `"lines"`, 1),
		"another version": strings.Replace(good, "1", "2", 1),
		"no commands":     `{"schemaVersion":1,"commands":[]}`,
		"no program":      `{"schemaVersion":1,"commands":[["true"],[]]}`,
		"a shell's line":  `{"schemaVersion":1,"commands":["true"]}`,
	} {
		var stdout, stderr bytes.Buffer
		if code := dispatch([]string{"sequence", write(t, text)}, &stdout, &stderr, 100); code != 1 || stdout.Len() > 0 || stderr.Len() == 0 {
			t.Errorf("%s: %d %q %q", name, code, stdout.String(), stderr.String())
		}
	}
	for _, arguments := range [][]string{{}, {"sequence"}, {"anything", write(t, good)}, {"version", "1"}} {
		var stdout, stderr bytes.Buffer
		if code := dispatch(arguments, &stdout, &stderr, 100); code != 2 {
			t.Errorf("%q: %d", arguments, code)
		}
	}
}
