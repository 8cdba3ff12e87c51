package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/containerd/platforms"
)

// question is a Dockerfile and what decides how it is read.
type question struct {
	choice
	Text string `json:"text"`
}

// answer is what this program reads in a Dockerfile, for the comparison with the reader that commands without an engine have.
type answer struct {
	Refused      string        `json:"refused,omitempty"`
	Stages       []stage       `json:"stages"`
	Instructions []instruction `json:"instructions"`
	Reached      []int         `json:"reached"`
	Shipped      []int         `json:"shipped"`
	Images       []external    `json:"images"`
	// User and Environment are those of the image; an external base is assumed to set nothing.
	User        string   `json:"user"`
	Environment []string `json:"environment"`
}

// TestAnswers answers the Dockerfiles in the file that LOADLINE_DOCKERFILES names, one question as JSON on each line, in the file beside it that ends with .answers.
// For every question this program and BuildKit agree. Without the variable there is nothing to answer: FuzzReading holds the same law.
func TestAnswers(t *testing.T) {
	path := os.Getenv("LOADLINE_DOCKERFILES")
	if path == "" {
		t.Log("LOADLINE_DOCKERFILES names no file")
		return
	}
	questions, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer questions.Close()
	answers, err := os.Create(path + ".answers")
	if err != nil {
		t.Fatal(err)
	}
	defer answers.Close()
	plain := asked(t, nil)
	lines, written := bufio.NewScanner(questions), bufio.NewWriter(answers)
	lines.Buffer(nil, 1<<22)
	encoder := json.NewEncoder(written)
	for lines.Scan() {
		one := question{}
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		wanted := plain
		wanted.choice = one.choice
		if err := encoder.Encode(answered(t, one.Text, wanted)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(lines.Err(), written.Flush()); err != nil {
		t.Fatal(err)
	}
}

func answered(t *testing.T, text string, wanted request) answer {
	t.Helper()
	report, err := reportReading([]byte(text), wanted)
	if err != nil {
		t.Fatalf("%q: %s", text, err)
	}
	if len(report.Platforms) == 0 {
		return answer{Refused: report.Refusals[0].Found}
	}
	done, err := convert([]byte(text), platforms.MustParse(amd64), wanted.choice, nil, nil)
	if err != nil {
		t.Fatalf("%q: %s", text, err)
	}
	one := report.Platforms[0]
	return answer{
		Stages: report.Stages, Instructions: report.Instructions, Reached: one.Reached, Shipped: one.Shipped, Images: one.Images,
		User: done.image.Config.User, Environment: done.image.Config.Env,
	}
}
