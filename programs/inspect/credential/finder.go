package credential

import (
	"bytes"
	"slices"
	"sync"
)

// Match is a credential in some bytes.
type Match struct {
	Rule *Rule
	// Start and End are its position, including what identifies it.
	Start, End int
	// Secret is the credential itself. It must not leave the program.
	Secret []byte
}

// strides are the distances between the characters of a word: one byte, or two and four in UTF-16 and UTF-32, which put zeros between ASCII.
var strides = [...]int{1, 2, 4}

// Finder looks for credentials, and for the caller's marks, in one pass.
type Finder struct {
	rules []Rule
	words *automaton
	known []knownWord
}

// knownWord says whose word the automaton found.
type knownWord struct {
	length int
	stride int
	// rule is -1 for a mark.
	rule, mark int
}

// NewFinder makes a finder that also reports where each of the marks is. Marks ignore case.
func NewFinder(marks ...string) *Finder {
	f := &Finder{rules: Rules()}
	var words []string
	add := func(word string, known knownWord) {
		known.length = len(word)
		words, f.known = append(words, word), append(f.known, known)
	}
	for number, mark := range marks {
		add(lower(mark), knownWord{rule: -1, mark: number, stride: 1})
	}
	for number, rule := range f.rules {
		for _, word := range rule.words {
			for _, stride := range strides {
				if stride == 1 || isText(word) {
					add(spread(word, stride), knownWord{rule: number, stride: stride})
				}
			}
		}
	}
	f.words = newAutomaton(words)
	return f
}

// lower changes only ASCII letters: marks are bytes, not text.
func lower(mark string) string {
	bytes := []byte(mark)
	for position, character := range bytes {
		if character >= 'A' && character <= 'Z' {
			bytes[position] = character - 'A' + 'a'
		}
	}
	return string(bytes)
}

func isText(word string) bool {
	return !slices.ContainsFunc([]byte(word), func(character byte) bool { return character < ' ' || character > '~' })
}

// spread puts zeros between the characters of a word.
func spread(word string, stride int) string {
	wide := make([]byte, (len(word)-1)*stride+1)
	for position := range len(word) {
		wide[position*stride] = word[position]
	}
	return string(wide)
}

// Seeker is the caller of a finder.
type Seeker struct {
	// Written is true if the bytes were written as text, in base64 or hexadecimal.
	Written bool
	// Settings is true if the text is settings: more counts as a credential there than in prose or code.
	Settings bool
	// Met is called with every credential; it may be called twice for the same one.
	Met func(Match)
	// Marked is called with every mark, and returns where to continue. Without it marks are skipped.
	Marked func(mark, start int) int
	// Afford reports whether that many more bytes may be examined closely. Without it, all may.
	Afford func(bytes int64) bool
}

// Find searches the bytes.
func (f *Finder) Find(content []byte, seeker Seeker) {
	text := bytes.IndexByte(content[:min(len(content), 8000)], 0) < 0
	f.words.find(content, func(word, end int) int {
		known := f.known[word]
		if known.rule < 0 {
			if seeker.Marked == nil {
				return end
			}
			return seeker.Marked(known.mark, end-known.length)
		}
		rule, start := &f.rules[known.rule], end-known.length
		if rule.settings && !seeker.Settings || rule.unwritten && seeker.Written || rule.first && start > rule.before*known.stride {
			return end
		}
		window, from, at := rule.around(content, start, known.stride)
		where := place{content: content, start: start, stride: known.stride, text: text, word: at}
		for begin := 0; begin >= 0 && (seeker.Afford == nil || seeker.Afford(closely*int64(len(window)-begin))); {
			begin = rule.tryIn(window, begin, from, where, seeker.Met)
		}
		return end
	})
}

// closely is how much slower a pattern is than the automaton, for each byte.
const closely = 8

// place is the position of a word.
type place struct {
	content []byte
	start   int
	stride  int
	// text is true if the beginning looks like text.
	text bool
	// word is the word's position in the text that is examined closely.
	word int
}

// mostTried is how many matches are tried from a word on: later ones have their own words.
const mostTried = 4

// tryIn examines a window, from `begin` on. If a match that holds the word only resembles a credential, one may begin within it: then it returns where to look again, otherwise -1.
func (r *Rule) tryIn(window []byte, begin, from int, at place, met func(Match)) (again int) {
	content, start, stride, text := at.content, at.start, at.stride, at.text
	tried := 0
	// Matches neither overlap nor are empty, so at most this many can end before the word.
	for _, found := range r.pattern.FindAllSubmatchIndex(window[begin:], at.word-begin+mostTried) {
		for index := range found {
			if found[index] >= 0 {
				found[index] += begin
			}
		}
		if found[1] <= at.word {
			continue
		}
		if tried++; tried > mostTried {
			break
		}
		secret := window[found[0]:found[1]]
		for group := len(found) - 2; group >= 2; group -= 2 {
			if found[group] >= 0 {
				secret = window[found[group]:found[group+1]]
				break
			}
		}
		switch {
		case r.closed && found[1] < len(window) && (isBase64(window[found[1]]) || window[found[1]] == '=' || window[found[1]] == '_'):
		case r.first && from+found[0] > 0:
		case !r.mayBegin(secret, window, found[0], content, from, stride, text), r.check != nil && !r.check(secret):
			if found[0] < at.word {
				return found[0] + 1
			}
		default:
			one := Match{Rule: r, Start: from + found[0], End: from + found[1], Secret: secret}
			if stride > 1 {
				one.Start, one.End = start, min(len(content), start+(found[1]-found[0])*stride)
			}
			met(one)
		}
	}
	return -1
}

// mayBegin reports whether a credential may begin where it seems to. In binary data, after another word, it must look generated.
func (r *Rule) mayBegin(secret, window []byte, at int, content []byte, from, stride int, text bool) bool {
	if r.glued || beginsWord(window, at, content, from, stride) {
		return true
	}
	digits := 0
	for _, character := range secret {
		if character >= '0' && character <= '9' {
			digits++
		}
	}
	return r.distinct && !text && digits >= 2
}

// beginsWord reports whether a position is the beginning of a word. Escapes end in letters and are not part of one: \n, \u003d, %3D.
func beginsWord(window []byte, at int, content []byte, from, stride int) bool {
	before := window[:at]
	if at == 0 && stride == 1 {
		before = content[max(0, from-6):from]
	}
	if len(before) == 0 || !isAlphanumeric(before[len(before)-1]) {
		return true
	}
	for length, escape := range map[int]string{2: `\`, 3: `%`, 4: `\x`, 6: `\u`} {
		if len(before) >= length && bytes.HasPrefix(before[len(before)-length:], []byte(escape)) {
			return true
		}
	}
	return false
}

func isAlphanumeric(character byte) bool {
	return isBase64(character) && character != '+' && character != '/'
}

var shared = sync.OnceValue(func() *Finder { return NewFinder() })

// Find calls `met` with every credential in the bytes. In settings more counts as one than in prose or code.
func Find(content []byte, settings bool, met func(Match)) {
	shared().Find(content, Seeker{Settings: settings, Met: met})
}

// spans are the credentials of a text, in order and without overlap.
func spans(text []byte, settings bool) []Match {
	var all []Match
	Find(text, settings, func(found Match) { all = append(all, found) })
	slices.SortFunc(all, func(left, right Match) int {
		if left.Start != right.Start {
			return left.Start - right.Start
		}
		return right.End - left.End
	})
	var apart []Match
	for _, one := range all {
		if len(apart) == 0 || one.Start >= apart[len(apart)-1].End {
			apart = append(apart, one)
		} else if last := &apart[len(apart)-1]; one.End > last.End {
			last.End = one.End
		}
	}
	return apart
}

// Conceal replaces every credential in a text, such as a path.
func Conceal(text string) string {
	if found := spans([]byte(text), false); len(found) > 0 {
		return without(text, found)
	}
	return text
}
