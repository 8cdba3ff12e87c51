package tuist

import (
	"time"

	uv "github.com/charmbracelet/ultraviolet"
)

// Spinner marks something that is still running. It turns with the time since Epoch.
type Spinner struct {
	Compo
	Epoch time.Time
}

// NewSpinner makes a spinner that turns from now on.
func NewSpinner() *Spinner { return &Spinner{Epoch: time.Now()} }

var spinnerFrames = []string{"◐", "◓", "◑", "◒"}

const spinnerFrame = 250 * time.Millisecond

func (s *Spinner) Render(ctx Context) {
	turn := max(0, int(time.Since(s.Epoch)/spinnerFrame))
	ctx.Line(spinnerFrames[turn%len(spinnerFrames)])
}

// TextInput holds a line of text. Nobody can type into it in this build: see TUI.SetFocus.
type TextInput struct {
	Compo
	Prompt         string
	OnSubmit       func(ctx Context, value string) bool
	KeyInterceptor func(ctx Context, ev uv.KeyPressEvent) bool

	value []rune
}

// NewTextInput makes a text input with a prompt.
func NewTextInput(prompt string) *TextInput { return &TextInput{Prompt: prompt} }

// Value is the text.
func (t *TextInput) Value() string { return string(t.value) }

// SetValue replaces the text.
func (t *TextInput) SetValue(value string) { t.value = []rune(value) }

// InsertRune appends a character.
func (t *TextInput) InsertRune(r rune) { t.value = append(t.value, r) }

// HandleKeyPress offers a key to the interceptor.
func (t *TextInput) HandleKeyPress(ctx Context, ev uv.KeyPressEvent) bool {
	return t.KeyInterceptor != nil && t.KeyInterceptor(ctx, ev)
}

func (t *TextInput) Render(ctx Context) { ctx.Line(t.Prompt + t.Value()) }

// Completion is one way to go on with a text.
type Completion struct {
	Label, Detail string
}

// CompletionResult lists the ways to go on, and the byte from which they replace the text.
type CompletionResult struct {
	Items       []Completion
	ReplaceFrom int
}

// CompletionMenu would show completions while a text is typed.
type CompletionMenu struct{}

// NewCompletionMenu makes a menu for an input.
func NewCompletionMenu(_ *TextInput, _ func(input string, cursor int) CompletionResult) *CompletionMenu {
	return &CompletionMenu{}
}

// HandleKeyPress uses no key, because the menu is never open.
func (*CompletionMenu) HandleKeyPress(Context, uv.KeyPressEvent) bool { return false }

// Where an overlay would be drawn.
type (
	Anchor        int
	Size          int
	OverlayMargin struct{ Top, Right, Bottom, Left int }

	OverlayOptions struct {
		Width, Height Size
		Anchor        Anchor
		Margin        OverlayMargin
	}
)

// AnchorTopRight is the upper right corner of the screen.
const AnchorTopRight Anchor = 1

// SizeAbs is a size in characters.
func SizeAbs(characters int) Size { return Size(characters) }

// OverlayHandle takes an overlay away again.
type OverlayHandle struct{}

// Remove takes the overlay away.
func (*OverlayHandle) Remove() {}
