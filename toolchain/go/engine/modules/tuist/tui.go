package tuist

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"sync"
	"sync/atomic"

	uv "github.com/charmbracelet/ultraviolet"
	"golang.org/x/term"
)

const (
	defaultWidth  = 80
	defaultHeight = 24
)

// Terminal is where a TUI shows itself.
type Terminal struct {
	in       *os.File
	out, err *os.File
}

// NewStdTerminal is the terminal of this process.
func NewStdTerminal() *Terminal {
	return &Terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr}
}

func (t *Terminal) size() (width, height int) {
	for _, file := range []*os.File{t.err, t.out} {
		if width, height, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
			return width, height
		}
	}
	return defaultWidth, defaultHeight
}

// TUI is a tree of components and the goroutine on which they live.
type TUI struct {
	terminal *Terminal
	children []Component
	focus    Component
	mounted  bool

	// executing is set while another program has the terminal, and with it the interrupts.
	executing atomic.Bool

	mu      sync.Mutex
	queue   []func()
	wake    chan struct{}
	stopped bool
	stop    chan struct{}
	done    chan struct{}
}

// New makes a TUI. Nothing runs before Start.
func New(terminal *Terminal) *TUI {
	return &TUI{
		terminal: terminal,
		wake:     make(chan struct{}, 1),
		stop:     make(chan struct{}),
		done:     make(chan struct{}),
	}
}

// Start runs the goroutine: it mounts the components and then does what is dispatched, in order.
func (t *TUI) Start() {
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	t.Dispatch(t.mount)
	go func() {
		defer close(t.done)
		defer signal.Stop(interrupts)
		for {
			t.runQueue()
			select {
			case <-t.wake:
			case <-interrupts:
				if !t.executing.Load() {
					t.press(uv.KeyPressEvent{Code: 'c', Mod: uv.ModCtrl})
				}
			case <-t.stop:
				t.runQueue()
				return
			}
		}
	}()
}

// Stop does what was dispatched before it, and ends the goroutine. What is dispatched later is dropped.
func (t *TUI) Stop() {
	t.mu.Lock()
	stopped := t.stopped
	t.stopped = true
	t.mu.Unlock()
	if !stopped {
		close(t.stop)
		<-t.done
	}
}

// Dispatch runs fn on the goroutine of the TUI, as soon as there is one.
func (t *TUI) Dispatch(fn func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stopped {
		return
	}
	t.queue = append(t.queue, fn)
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

func (t *TUI) runQueue() {
	for {
		t.mu.Lock()
		queue := t.queue
		t.queue = nil
		t.mu.Unlock()
		if len(queue) == 0 {
			return
		}
		for _, fn := range queue {
			fn()
		}
	}
}

func (t *TUI) context() Context {
	width, height := t.terminal.size()
	return Context{Width: width, screenHeight: height, tui: t}
}

func (t *TUI) mount() {
	t.mounted = true
	for _, child := range slices.Clone(t.children) {
		t.mountChild(child)
	}
}

func (t *TUI) mountChild(child Component) {
	if mounter, ok := child.(Mounter); ok && t.mounted {
		mounter.OnMount(t.context())
	}
}

// AddChild puts a component below the others.
func (t *TUI) AddChild(child Component) {
	t.children = append(t.children, child)
	t.mountChild(child)
}

// RemoveChild takes a component away. One that is not there is no error.
func (t *TUI) RemoveChild(child Component) {
	index := slices.Index(t.children, child)
	if index < 0 {
		return
	}
	t.children = slices.Delete(t.children, index, index+1)
	if dismounter, ok := child.(Dismounter); ok && t.mounted {
		dismounter.OnDismount()
	}
}

// SetFocus gives the keyboard to a component. There is no keyboard in this build: a text input that asks for it makes the
// TUI say so and is closed by the key that ends input.
func (t *TUI) SetFocus(component Component) {
	if t.focus == component {
		return
	}
	if focusable, ok := t.focus.(Focusable); ok {
		focusable.SetFocused(t.context(), false)
	}
	t.focus = component
	if focusable, ok := component.(Focusable); ok {
		focusable.SetFocused(t.context(), true)
	}
	if input, ok := component.(*TextInput); ok {
		fmt.Fprintln(t.terminal.err, "interactive input is not supported by this build of the Dagger CLI: use `dagger call`, or `dagger -c SCRIPT`")
		input.SetValue("")
		t.Dispatch(func() { input.HandleKeyPress(t.context(), uv.KeyPressEvent{Code: 'd', Mod: uv.ModCtrl}) })
	}
}

func (t *TUI) press(key uv.KeyPressEvent) {
	if interactive, ok := t.focus.(Interactive); ok && interactive.HandleKeyPress(t.context(), key) {
		return
	}
	for _, child := range slices.Clone(t.children) {
		if interactive, ok := child.(Interactive); ok && child != t.focus && interactive.HandleKeyPress(t.context(), key) {
			return
		}
	}
}

// Exec lends the terminal to fn.
func (t *TUI) Exec(fn func(in io.Reader, out, err io.Writer) error) error {
	t.executing.Store(true)
	defer t.executing.Store(false)
	return fn(t.terminal.in, t.terminal.out, t.terminal.err)
}

// RenderLines draws the whole tree.
func (t *TUI) RenderLines() []string {
	var lines []string
	ctx := t.context()
	ctx.lines = &lines
	for _, child := range t.children {
		child.Render(ctx)
	}
	return lines
}

// ShowOverlay would draw a component over the others.
func (*TUI) ShowOverlay(Component, *OverlayOptions) *OverlayHandle { return &OverlayHandle{} }

// SetShowHardwareCursor would show or hide the cursor.
func (*TUI) SetShowHardwareCursor(bool) {}

// SetDebugWriter would log what is drawn.
func (*TUI) SetDebugWriter(io.Writer) {}

// RequestRender would draw again.
func (*TUI) RequestRender(bool) {}
