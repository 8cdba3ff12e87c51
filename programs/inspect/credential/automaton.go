package credential

import "math"

// automaton finds all of many words in one pass (Aho and Corasick, 1975), as a table with one step for each byte. Upper and lower case are the same to it.
type automaton struct {
	class [256]uint8
	// shift is the width of a row of the table: a power of two, at least the number of classes.
	shift uint
	next  []uint16
	// ending are the words that end in a state.
	ending [][]uint16
	// steps is the table that is walked: where the next row begins, and whether a word ends there.
	steps []uint32
}

// wordEnds marks a step after which a word ends.
const wordEnds = 1 << 31

// newAutomaton takes words in lower case. It panics if they are too many for its table, which is a mistake in the list of words.
func newAutomaton(words []string) *automaton {
	built := &automaton{}
	built.classify(words)
	built.grow(words)
	built.steps = make([]uint32, len(built.next))
	for at, state := range built.next {
		built.steps[at] = uint32(state) << built.shift
		if len(built.ending[state]) > 0 {
			built.steps[at] |= wordEnds
		}
	}
	built.next = nil
	return built
}

func (a *automaton) classify(words []string) {
	classes := 1
	for _, word := range words {
		for _, character := range []byte(word) {
			if a.class[character] == 0 {
				a.class[character] = uint8(classes)
				classes++
			}
		}
	}
	for lower := byte('a'); lower <= 'z'; lower++ {
		a.class[lower-'a'+'A'] = a.class[lower]
	}
	for 1<<a.shift < classes {
		a.shift++
	}
}

// grow builds the tree of the words, then turns it into the complete table, level by level.
func (a *automaton) grow(words []string) {
	width := 1 << a.shift
	addState := func() uint16 {
		if len(a.ending) >= math.MaxUint16 {
			panic("too many words")
		}
		a.next = append(a.next, make([]uint16, width)...)
		a.ending = append(a.ending, nil)
		return uint16(len(a.ending) - 1)
	}
	addState()
	for number, word := range words {
		state := uint16(0)
		for _, character := range []byte(word) {
			at := int(state)<<a.shift | int(a.class[character])
			if a.next[at] == 0 {
				// addState moves the table.
				added := addState()
				a.next[at] = added
			}
			state = a.next[at]
		}
		a.ending[state] = append(a.ending[state], uint16(number))
	}
	fallback := make([]uint16, len(a.ending))
	queue := []uint16{0}
	for len(queue) > 0 {
		state := queue[0]
		queue = queue[1:]
		for class := range width {
			at := int(state)<<a.shift | class
			child := a.next[at]
			shorter := uint16(0)
			if state != 0 {
				shorter = a.next[int(fallback[state])<<a.shift|class]
			}
			if child == 0 {
				a.next[at] = shorter
				continue
			}
			fallback[child] = shorter
			a.ending[child] = append(a.ending[child], a.ending[shorter]...)
			queue = append(queue, child)
		}
	}
}

// find calls `met` with each word and the position after it, in the order of these positions. `met` returns where to continue: after the word, or further on.
func (a *automaton) find(content []byte, met func(word, end int) int) {
	row := uint32(0)
	for position := 0; position < len(content); position++ {
		step := a.steps[row|uint32(a.class[content[position]])]
		row = step &^ wordEnds
		if step&wordEnds == 0 {
			continue
		}
		further := position + 1
		for _, word := range a.ending[row>>a.shift] {
			further = max(further, met(int(word), position+1))
		}
		if further > position+1 {
			row, position = 0, further-1
		}
	}
}
