package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"

	"github.com/dagger/dagger/internal/buildkit/frontend/dockerfile/parser"
)

// edit replaces a part of an instruction's text. Everything outside of edits stays the same, byte for byte.
type edit struct {
	instruction int
	start, end  int
	text        string
}

// intent is how BuildKit must read an edited instruction afterwards; everything that it does not mention stays.
type intent struct {
	// inserted flags come before the others.
	inserted []string
	// flags holds the new text of a flag, by its number.
	flags map[int]string
	// base is what a FROM starts from.
	base string
}

// plan is how a Dockerfile is rewritten for one platform.
type plan struct {
	edits   []edit
	intents map[int]*intent
}

func (p *plan) intent(instruction int) *intent {
	if p.intents[instruction] == nil {
		p.intents[instruction] = &intent{flags: map[int]string{}}
	}
	return p.intents[instruction]
}

// pin lets a FROM, COPY or mount name the image that it is built on.
func (p *plan) pin(file *dockerfile, at *use, reference string) {
	meant := p.intent(at.instruction)
	switch at.kind {
	case "from":
		meant.base = reference
		p.edits = append(p.edits, edit{instruction: at.instruction, start: at.word.start, end: at.word.end, text: reference})
	case "copy":
		flag := slices.Index(file.parsed.AST.Children[at.instruction].Flags, at.word.value)
		meant.flags[flag] = "--from=" + reference
		p.edits = append(p.edits, edit{instruction: at.instruction, start: at.word.start, end: at.word.end, text: "--from=" + reference})
	case "mount":
		p.extend(file, at.instruction, at.mount, at.word, ",from="+reference)
	}
}

// scope puts a cache mount into the scope of those whom the build trusts: the last id of a mount counts.
func (p *plan) scope(file *dockerfile, cache cacheMount, scope string) error {
	words, err := mountWords(file, cache.instruction)
	if err != nil {
		return err
	}
	p.extend(file, cache.instruction, cache.mount, words[cache.mount], ",id="+scopedID(scope, cache.ID))
	return nil
}

// extend adds keys to a mount. BuildKit uses the last of a repeated key.
func (p *plan) extend(file *dockerfile, instruction, mount int, at word, text string) {
	meant := p.intent(instruction)
	flag := mountFlag(file.parsed.AST.Children[instruction].Flags, mount)
	if meant.flags[flag] == "" {
		meant.flags[flag] = at.value
	}
	meant.flags[flag] += text
	p.edits = append(p.edits, edit{instruction: instruction, start: at.end, end: at.end, text: text})
}

// insert puts mounts in front of a step's flags.
func (p *plan) insert(file *dockerfile, instruction int, mounts []string) {
	keyword, _, _ := keywordOf(file.layout.instructions[instruction].text)
	p.intent(instruction).inserted = mounts
	p.edits = append(p.edits, edit{instruction: instruction, start: keyword.end, end: keyword.end, text: " " + strings.Join(mounts, " ") + " "})
}

// mountFlag returns the number among all flags of the mount of that number.
func mountFlag(flags []string, mount int) int {
	for index, flag := range flags {
		if strings.HasPrefix(flag, "--mount=") {
			if mount == 0 {
				return index
			}
			mount--
		}
	}
	return -1
}

var plainID = regexp.MustCompile(`^[A-Za-z0-9._/@+:=-]{1,200}$`)

// scopedID names a cache within a scope. No scope's name has a colon, so that no two pairs of scope and id have the same name.
func scopedID(scope, id string) string {
	if !plainID.MatchString(id) {
		sum := sha256.Sum256([]byte(id))
		id = "sha256-" + hex.EncodeToString(sum[:])
	}
	return scope + ":" + id
}

// apply makes the rewritten text. Line breaks inside replaced text are put before it, so that every line stays in place and none is left empty.
func (p *plan) apply(file *dockerfile) []byte {
	edits := slices.Clone(p.edits)
	slices.SortStableFunc(edits, func(one, other edit) int {
		return cmp.Or(cmp.Compare(one.instruction, other.instruction), cmp.Compare(one.start, other.start))
	})
	result, position := &bytes.Buffer{}, 0
	for _, one := range edits {
		offsets := file.layout.instructions[one.instruction].offsets
		from := offsets[one.start]
		if one.start > 0 {
			from = offsets[one.start-1] + 1
		}
		if one.end > one.start {
			from = offsets[one.start]
		}
		result.Write(file.text[position:from])
		position = from
		for index := one.start; index < one.end; index++ {
			result.Write(file.text[position:offsets[index]])
			position = offsets[index] + 1
		}
		result.WriteString(one.text)
	}
	result.Write(file.text[position:])
	return result.Bytes()
}

// confirm reads the rewritten text again: it must have the same instructions on the same lines, with the same here-documents and comments, except for the intended changes.
func (p *plan) confirm(before, after *dockerfile) string {
	old, fresh := before.parsed.AST.Children, after.parsed.AST.Children
	if len(old) != len(fresh) {
		return "other instructions"
	}
	if !slices.Equal(before.layout.comments, after.layout.comments) || !slices.Equal(before.layout.directives, after.layout.directives) {
		return "other comments"
	}
	for index := range old {
		meant := p.intents[index]
		if meant == nil {
			meant = &intent{}
		}
		if difference := meant.differs(old[index], fresh[index]); difference != "" {
			return difference
		}
	}
	return ""
}

func (i *intent) differs(old, fresh *parser.Node) string {
	switch {
	case old.Value != fresh.Value || old.StartLine != fresh.StartLine || old.EndLine != fresh.EndLine:
		return "an instruction on other lines"
	case !slices.Equal(old.Heredocs, fresh.Heredocs) || !slices.Equal(old.PrevComment, fresh.PrevComment):
		return "another here-document"
	case old.Attributes["json"] != fresh.Attributes["json"]:
		return "another form of a command"
	}
	wanted := slices.Clone(old.Flags)
	for index, flag := range i.flags {
		if index < 0 || index >= len(wanted) {
			return "a flag that is not there"
		}
		wanted[index] = flag
	}
	if !slices.Equal(append(slices.Clone(i.inserted), wanted...), fresh.Flags) {
		return "other flags"
	}
	if i.base == "" {
		return sameArguments(old.Next, fresh.Next)
	}
	if old.Next == nil || fresh.Next == nil || fresh.Next.Value != i.base {
		return "another base"
	}
	return sameArguments(old.Next.Next, fresh.Next.Next)
}

func sameArguments(old, fresh *parser.Node) string {
	for old != nil && fresh != nil {
		if old.Value != fresh.Value || len(old.Children) != len(fresh.Children) {
			return "other arguments"
		}
		for index := range old.Children {
			if old.Children[index].Dump() != fresh.Children[index].Dump() {
				return "another step behind ONBUILD"
			}
		}
		old, fresh = old.Next, fresh.Next
	}
	if old != fresh {
		return "more or fewer arguments"
	}
	return ""
}
