package credential

import (
	"regexp"
	"strings"
)

// instruction is the beginning of a history entry that assigns values: ENV and ARG of both builders, LABEL, and the build
// arguments that stand before a RUN (`RUN |2 A=1 B=2 /bin/sh -c ...`, `|2 A=1 B=2 /bin/sh -c ...`).
var (
	assigning = regexp.MustCompile(`^(?:/bin/sh -c #\(nop\)\s+)?(?:ENV|ARG|LABEL)\s`)
	argued    = regexp.MustCompile(`^(?:RUN )?\|\d+ `)
	// assignment begins at a name at the start or after a space; the builders write values without quotes.
	assignment = regexp.MustCompile(`(?:^|\s)([A-Za-z_][A-Za-z0-9_./-]*)=`)
	// legacyAssignment is `ENV NAME value`.
	legacyAssignment = regexp.MustCompile(`^((?:/bin/sh -c #\(nop\)\s+)?ENV\s+)([A-Za-z_][A-Za-z0-9_.-]*)\s+([^=]*)$`)
	// interpreter is where the build arguments before a RUN end.
	interpreter = regexp.MustCompile(`\s(?:/\S*(?:sh|cmd|powershell|pwsh|python\S*|node|perl)|cmd|powershell|pwsh)\s`)
	// shellWord is NAME=value or --name=value or --name value or "name":"value" in a command.
	// Of a value without quotation marks it only takes the first character.
	shellWord = regexp.MustCompile(`(--?[A-Za-z][A-Za-z0-9_-]*|[A-Za-z_][A-Za-z0-9_.-]*)("?\s*[=:]\s*|"?,\s*|"?\s+)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s;&|"',)\]])`)
)

// bareValueEnds are the characters that end a value without quotation marks.
const bareValueEnds = "\t\n\f\r ;&|\"',)]"

// mostJudged is how much of a value in a command is looked at, in bytes; a private key of 4,096 bits is shorter.
const mostJudged = 4096

// RedactCommand redacts the values of suspected credentials in a line of history or a command, and calls `report` with the name of each.
func RedactCommand(text string, report func(name string)) string {
	head, rest := splitAssignments(text)
	return redactAssignments(head, report) + RedactWords(rest, report)
}

// splitAssignments splits a history entry into assignments as the builders write them and the command after them.
func splitAssignments(text string) (string, string) {
	if assigning.MatchString(text) {
		return text, ""
	}
	if start := argued.FindStringIndex(text); start != nil {
		if end := interpreter.FindStringIndex(text[start[1]:]); end != nil {
			cut := start[1] + end[0]
			return text[:cut], text[cut:]
		}
		return text, ""
	}
	return "", text
}

// redactAssignments assumes that a value extends to the next assignment, because builders write values with spaces unquoted.
func redactAssignments(text string, report func(name string)) string {
	if legacy := legacyAssignment.FindStringSubmatch(text); legacy != nil {
		if Suspect(legacy[2], legacy[3]) {
			report(legacy[2])
			return legacy[1] + legacy[2] + " " + Redacted
		}
		return text
	}
	starts := assignment.FindAllStringSubmatchIndex(text, -1)
	if len(starts) == 0 {
		return RedactWords(text, report)
	}
	var out strings.Builder
	out.WriteString(text[:starts[0][0]])
	for position, start := range starts {
		end := len(text)
		if position+1 < len(starts) {
			end = starts[position+1][0]
		}
		name, value := text[start[2]:start[3]], text[start[1]:end]
		out.WriteString(text[start[0]:start[1]])
		if Suspect(name, value) {
			report(name)
			value = Redacted
		} else {
			value = RedactWords(value, report)
		}
		out.WriteString(value)
	}
	return out.String()
}

// RedactWords checks each NAME=value and --name value of a command, then everything that has the shape of a credential.
func RedactWords(text string, report func(name string)) string {
	var out strings.Builder
	// A value may hold many names that have the rest of it as their value: its end is looked for once.
	rest := len(text) + 1
	for len(text) > 0 {
		match := shellWord.FindStringSubmatchIndex(text)
		if match == nil {
			break
		}
		end := match[7]
		if isBare := text[match[6]] != '"' && text[match[6]] != '\''; isBare {
			if end > len(text)-rest {
				rest = len(text) - bareValueEnd(text, match[6])
			}
			end = len(text) - rest
		}
		name, between, value := text[match[2]:match[3]], text[match[4]:match[5]], text[match[6]:min(end, match[6]+mostJudged)]
		isFlag := strings.HasPrefix(name, "-")
		assigned := strings.ContainsAny(between, "=:")
		// Two words side by side are only an assignment when the first is a flag: `--token abc`, not `secret management`.
		if (assigned || (isFlag && !strings.HasPrefix(value, "-"))) && suspectWord(strings.TrimLeft(name, "-"), value, between) {
			report(name)
			out.WriteString(text[:match[5]])
			out.WriteString(Redacted)
			text = text[end:]
			continue
		}
		// Continue right after the name: its value may begin the next pair.
		out.WriteString(text[:match[5]])
		text = text[match[5]:]
	}
	out.WriteString(text)
	return redactShapes(out.String(), report)
}

func bareValueEnd(text string, start int) int {
	if length := strings.IndexAny(text[start:], bareValueEnds); length >= 0 {
		return start + length
	}
	return len(text)
}

// suspectWord is stricter than suspect about bare colons, which prose has as well as headers: there the value must look generated.
func suspectWord(name, value, between string) bool {
	// `-H "Authorization: ..."`: it is recognised by its shape, not by the flag.
	if !strings.ContainsAny(between, "=:") && !credentialName.MatchString(wordsOf(name)) {
		return false
	}
	if strings.Contains(between, ":") && !strings.Contains(between, `"`) && shapeOf(value) == "" && (len(value) < 16 || !strings.ContainsAny(value, "0123456789")) {
		return false
	}
	return Suspect(name, value)
}

func redactShapes(text string, report func(name string)) string {
	found := spans([]byte(text), true)
	for _, one := range found {
		report(one.Rule.Title)
	}
	return without(text, found)
}

// without replaces each credential in a text.
func without(text string, found []Match) string {
	var out strings.Builder
	done := 0
	for _, one := range found {
		out.WriteString(text[done:one.Start])
		out.WriteString(Redacted)
		done = one.End
	}
	out.WriteString(text[done:])
	return out.String()
}

// RedactArguments is RedactCommand for an argument list, in which a flag and its value are two elements.
func RedactArguments(arguments []string, report func(name string)) []string {
	clean := make([]string, len(arguments))
	for position, argument := range arguments {
		if position > 0 {
			flag := arguments[position-1]
			if strings.HasPrefix(flag, "-") && !strings.Contains(flag, "=") && !strings.HasPrefix(argument, "-") && Suspect(strings.TrimLeft(flag, "-"), argument) {
				report(flag)
				clean[position] = Redacted
				continue
			}
		}
		clean[position] = RedactWords(argument, report)
	}
	return clean
}
