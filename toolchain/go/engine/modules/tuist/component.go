// Package tuist stands in for github.com/vito/tuist, the library that draws Dagger's terminal interface, which the Go
// module proxy does not carry. It keeps a tree of components, runs what Dagger dispatches to it one after another, and
// renders the tree once more for the report at the end.
//
// Not supported by this build: a live display on a terminal, the interactive shell, and the mouse. The other ways of
// showing progress (plain, dots, logs, report) do not go through this package. An interrupt (Ctrl-C) is handed to the
// component that has the focus as the key it is.
package tuist

import (
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
)

// Component is a part of the display. A type becomes one by embedding Compo and writing a Render.
type Component interface {
	Render(ctx Context)
	component() *Compo
}

// What a component may also be.
type (
	// Mounter is told when it becomes part of a running TUI.
	Mounter interface{ OnMount(ctx Context) }

	// Dismounter is told when it stops being part of a TUI.
	Dismounter interface{ OnDismount() }

	// Focusable is told when it gains or loses the keyboard.
	Focusable interface {
		SetFocused(ctx Context, focused bool)
	}

	// Interactive takes keys while it has the keyboard, and says whether it used them.
	Interactive interface {
		HandleKeyPress(ctx Context, ev uv.KeyPressEvent) bool
	}

	// MouseEnabled would take what the mouse does.
	MouseEnabled interface {
		HandleMouse(ctx Context, ev MouseEvent) bool
	}

	// Hoverable would be told when the mouse enters or leaves it.
	Hoverable interface {
		SetHovered(ctx Context, hovered bool)
	}
)

// MouseEvent is something the mouse does in a row of a component.
type MouseEvent struct {
	uv.MouseEvent
	Row int
}

// Compo is the part that all components share.
type Compo struct{}

func (c *Compo) component() *Compo { return c }

// Update says that the component has changed. Nothing is cached here, so there is nothing to do.
func (*Compo) Update() {}

// RenderResult is what a component has drawn.
type RenderResult struct {
	Lines []string
}

// RenderChild draws child into ctx.
func (c *Compo) RenderChild(ctx Context, child Component) {
	ctx.Lines(c.RenderChildResult(ctx, child).Lines...)
}

// RenderChildResult draws child and hands its lines back.
func (*Compo) RenderChildResult(ctx Context, child Component) RenderResult {
	var lines []string
	ctx.lines = &lines
	child.Render(ctx)
	return RenderResult{Lines: lines}
}

// RenderChildInline draws child for use within a line.
func (c *Compo) RenderChildInline(ctx Context, child Component) string {
	return strings.Join(c.RenderChildResult(ctx, child).Lines, " ")
}

// Context is the place a component draws to: its size in characters, and the way to the TUI around it.
type Context struct {
	Width, Height int

	screenHeight int
	lines        *[]string
	tui          *TUI
}

// Line draws one line.
func (ctx Context) Line(line string) { ctx.Lines(line) }

// Lines draws lines, each below the one before.
func (ctx Context) Lines(lines ...string) {
	if ctx.lines != nil {
		*ctx.lines = append(*ctx.lines, lines...)
	}
}

// Resize returns the same place with another size.
func (ctx Context) Resize(width, height int) Context {
	ctx.Width, ctx.Height = width, height
	return ctx
}

// ScreenHeight is the height of the whole terminal in lines.
func (ctx Context) ScreenHeight() int { return ctx.screenHeight }

// SetFocus gives the keyboard to a component.
func (ctx Context) SetFocus(component Component) {
	if ctx.tui != nil {
		ctx.tui.SetFocus(component)
	}
}

// Dispatch runs fn on the TUI's own goroutine.
func (ctx Context) Dispatch(fn func()) {
	if ctx.tui != nil {
		ctx.tui.Dispatch(fn)
	}
}

// Container draws its children one below the other.
type Container struct {
	Compo
	Children []Component
}

// AddChild appends a child.
func (c *Container) AddChild(child Component) {
	c.Children = append(c.Children, child)
}

func (c *Container) Render(ctx Context) {
	for _, child := range c.Children {
		c.RenderChild(ctx, child)
	}
}
