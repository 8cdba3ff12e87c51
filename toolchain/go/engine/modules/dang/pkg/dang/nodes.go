package dang

import "context"

// Node is an expression or a declaration of a program.
type Node interface {
	Eval(ctx context.Context, scope ValueScope) (Value, error)
}

// Record is a list of named arguments.
type Record = []Keyed[Node]

type (
	// ValueNode is an expression that is a value already.
	ValueNode struct{ Val Value }

	// Symbol is a name.
	Symbol struct{ Name string }

	// Select reads a field of a receiver.
	Select struct {
		Receiver Node
		Field    *Symbol
	}

	// FunCall calls a function.
	FunCall struct {
		Fun  Node
		Args Record
	}

	// FieldDecl declares a field or a function of a type.
	FieldDecl struct {
		Name       *Symbol
		Visibility Visibility
	}
)

func (*ValueNode) Eval(context.Context, ValueScope) (Value, error) { return nil, ErrNotSupported }
func (*Symbol) Eval(context.Context, ValueScope) (Value, error)    { return nil, ErrNotSupported }
func (*Select) Eval(context.Context, ValueScope) (Value, error)    { return nil, ErrNotSupported }
func (*FunCall) Eval(context.Context, ValueScope) (Value, error)   { return nil, ErrNotSupported }
func (*FieldDecl) Eval(context.Context, ValueScope) (Value, error) { return nil, ErrNotSupported }
