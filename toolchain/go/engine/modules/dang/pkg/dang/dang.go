// Package dang stands in for github.com/vito/dang/v2/pkg/dang, which the Go module proxy does not carry. It declares what
// Dagger's Dang v2 SDK needs in order to compile, and nothing behind it.
//
// Not supported by this build: modules written in Dang v2. Loading one answers with ErrNotSupported. Modules written in
// Dang v1, those whose dagger.json names an engineVersion below v0.21.5, run on the real Dang v1.
package dang

import (
	"context"
	"errors"

	"github.com/vito/dang/v2/pkg/hm"
)

// ErrNotSupported is what every entry point of this package answers.
var ErrNotSupported = errors.New(
	"modules written in Dang v2 are not supported by this build of the Dagger engine: " +
		`use the official engine image, or write the module in Dang v1 ("engineVersion": "v0.21.4" in its dagger.json)`)

// RunDir would evaluate the module in a directory.
func RunDir(ctx context.Context, dir string, debug bool) (ValueScope, error) {
	return nil, ErrNotSupported
}

// DeclareDir would read the types that the module in a directory declares.
func DeclareDir(ctx context.Context, dir string, debug bool) (ValueScope, error) {
	return nil, ErrNotSupported
}

// EvalNode would evaluate one expression.
func EvalNode(ctx context.Context, scope ValueScope, node Node) (Value, error) {
	return nil, ErrNotSupported
}

// EvaluateFormsWithPhases would evaluate the body of a type.
func EvaluateFormsWithPhases(ctx context.Context, forms []Node, scope ValueScope) (Value, error) {
	return nil, ErrNotSupported
}

// Keyed is a value with a name, in an ordered list.
type Keyed[T any] struct {
	Key   string
	Value T
}

// Visibility says who may read a binding.
type Visibility int

const (
	PrivateVisibility Visibility = iota
	PublicVisibility
)

// BindingOriginKind says where a binding was declared.
type BindingOriginKind int

// BindingOriginLocal marks a binding declared by the module itself.
const BindingOriginLocal BindingOriginKind = 1

// BindingOrigin is the place where a binding was declared.
type BindingOrigin struct {
	Kind BindingOriginKind
}

// Value is a value of a running program.
type Value interface {
	Type() hm.Type
}

// ValueScope is a set of named values.
type ValueScope interface {
	Value
	Lookup(ctx context.Context, name string) (Value, bool, error)
	Bindings(visibility Visibility) []Keyed[Value]
	EnterSelf(self Value)
}

// TypeScope is a set of named types.
type TypeScope interface {
	Name() string
	NamedTypes() map[string]hm.Type
	LocalTypeOrigin(name string) (BindingOrigin, bool)
	LocalValueOrigin(name string) (BindingOrigin, bool)
	SchemeOf(name string) (*hm.Scheme, bool)
}

// CreateOverlayValueScope would put one scope before another.
func CreateOverlayValueScope(first, _ ValueScope) ValueScope {
	return first
}
