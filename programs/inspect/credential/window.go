package credential

import "bytes"

// around returns what may belong to a credential with a word at some position: the bytes, where they begin, and where the word is in them.
func (r *Rule) around(content []byte, start, stride int) (window []byte, from, word int) {
	if stride > 1 {
		from = start
		window, word = narrow(content, start, r.before, r.reach, stride)
	} else {
		from = max(0, start-r.before)
		word = start - from
		window = content[from:min(len(content), start+r.reach)]
	}
	if r.armoured {
		window = untilDashes(window, min(len(window), r.before+longestHeading), word)
	}
	return window, from, word
}

// longestHeading is how far after its word the heading of a key ends.
const longestHeading = 60

// untilDashes ends after the dashes that follow the heading and its headers; without a heading there is no key.
func untilDashes(window []byte, heading, word int) []byte {
	dashes := []byte("----")
	closing := bytes.LastIndex(window[:heading], dashes)
	if closing < 0 {
		return window[:heading]
	}
	body := window[closing:]
	body = bytes.TrimLeft(body, "-")
	begin := len(window) - len(body)
	if own := bytes.Index(window[min(word, heading):heading], dashes); own >= 0 {
		behind := bytes.TrimLeft(window[word+own:], "-")
		if text := behindHeaders(behind); len(text) < min(len(behind), len(body)) {
			body, begin = text, len(window)-len(text)
		}
	}
	if end := bytes.Index(body, dashes); end >= 0 {
		return window[:min(len(window), begin+end+len("-----END"))]
	}
	return window
}

// narrow writes UTF-16 or UTF-32 as ASCII, from some characters before a position, as far as it goes, and returns where the position is in it.
func narrow(content []byte, start, before, reach, stride int) (text []byte, place int) {
	isCharacter := func(at int) bool {
		if at < 0 || at >= len(content) || content[at] == 0 {
			return false
		}
		for zero := at + 1; zero < min(len(content), at+stride); zero++ {
			if content[zero] != 0 {
				return false
			}
		}
		return true
	}
	first := start
	for range before {
		if !isCharacter(first - stride) {
			break
		}
		first -= stride
	}
	for at := first; len(text) < before+reach && isCharacter(at); at += stride {
		text = append(text, content[at])
	}
	return text, (start - first) / stride
}
