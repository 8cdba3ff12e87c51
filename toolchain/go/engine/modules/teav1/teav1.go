// Package teav1 stands in for github.com/vito/tuist/teav1, which shows a bubbletea v1 program inside a tuist display and
// which the Go module proxy does not carry. Dagger asks its questions (yes or no, a text, a choice) through it.
//
// Because the tuist of this build draws no live display, each question runs as a bubbletea program of its own on standard
// error. Not supported by this build: questions when standard input is no terminal; they end unanswered.
package teav1

import (
	"fmt"
	"os"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/vito/tuist"
)

// Wrap is a bubbletea program as a component.
type Wrap struct {
	tuist.Compo
	model  tea.Model
	onQuit func()
}

// New wraps a program, which starts when the component is mounted.
func New(model tea.Model) *Wrap { return &Wrap{model: model} }

// OnQuit sets what runs, on the goroutine of the TUI, when the program has ended.
func (w *Wrap) OnQuit(fn func()) { w.onQuit = fn }

// OnMount runs the program.
func (w *Wrap) OnMount(ctx tuist.Context) {
	go func() {
		if _, err := tea.NewProgram(w.model, tea.WithOutput(os.Stderr)).Run(); err != nil {
			fmt.Fprintln(os.Stderr, "asking on the terminal failed:", err)
		}
		ctx.Dispatch(func() {
			if w.onQuit != nil {
				w.onQuit()
			}
		})
	}()
}

// Render draws nothing: the program draws itself.
func (w *Wrap) Render(tuist.Context) {}
