package dang

import (
	"context"

	"github.com/Khan/genqlient/graphql"

	"github.com/vito/dang/v2/pkg/hm"
	"github.com/vito/dang/v2/pkg/introspection"
	"github.com/vito/dang/v2/pkg/querybuilder"
)

// ImportConfig names a GraphQL API that programs may call.
type ImportConfig struct {
	Name       string
	Client     graphql.Client
	Schema     *introspection.Schema
	AutoImport bool
}

// ContextWithImportConfigs would offer APIs to the programs run with the returned context.
func ContextWithImportConfigs(ctx context.Context, _ ...ImportConfig) context.Context {
	return ctx
}

type (
	NullValue   struct{}
	BoolValue   struct{ Val bool }
	IntValue    struct{ Val int }
	StringValue struct{ Val string }
	EnumValue   struct{ Val string }

	ScalarValue struct {
		Val        string
		ScalarType *Type
	}

	ListValue struct {
		Elements []Value
		ElemType hm.Type
	}

	MapValue struct {
		Keys    []string
		Entries map[string]Value
		ValType hm.Type
	}

	// GraphQLFunction is a field of a GraphQL API that can be called.
	GraphQLFunction struct {
		Field     *introspection.Field
		Client    graphql.Client
		Schema    *introspection.Schema
		TypeScope TypeScope
	}

	// GraphQLValue is the result of a call to a GraphQL API, not yet asked for.
	GraphQLValue struct {
		Name       string
		TypeName   string
		Field      *introspection.Field
		ValType    hm.Type
		Client     graphql.Client
		Schema     *introspection.Schema
		TypeScope  TypeScope
		QueryChain *querybuilder.QueryBuilder
	}
)

func (NullValue) Type() hm.Type       { return nil }
func (BoolValue) Type() hm.Type       { return nil }
func (IntValue) Type() hm.Type        { return nil }
func (StringValue) Type() hm.Type     { return StringType }
func (EnumValue) Type() hm.Type       { return nil }
func (v ScalarValue) Type() hm.Type   { return v.ScalarType }
func (v ListValue) Type() hm.Type     { return v.ElemType }
func (v MapValue) Type() hm.Type      { return v.ValType }
func (GraphQLFunction) Type() hm.Type { return nil }
func (v GraphQLValue) Type() hm.Type  { return v.ValType }

// Object is an instance of a type, or a type itself when it is an enum or an interface.
type Object struct {
	Mod    TypeScope
	Values map[string]Value
}

// NewObject makes an object of a type.
func NewObject(mod TypeScope) *Object {
	return &Object{Mod: mod, Values: map[string]Value{}}
}

func (*Object) Type() hm.Type { return nil }

func (o *Object) Lookup(_ context.Context, name string) (Value, bool, error) {
	value, found := o.Values[name]
	return value, found, nil
}

func (*Object) Bindings(Visibility) []Keyed[Value] { return nil }
func (*Object) EnterSelf(Value)                    {}

func (o *Object) Bind(name string, value Value, _ Visibility) {
	o.Values[name] = value
}

// ConstructorFunction makes an object of a type.
type ConstructorFunction struct {
	ObjectName      string
	ObjectType      *Type
	ObjectBodyForms []Node
	Closure         ValueScope
	FnType          *hm.FunctionType
}

func (*ConstructorFunction) Type() hm.Type { return nil }

func (*ConstructorFunction) Call(context.Context, ValueScope, map[string]Value) (Value, error) {
	return nil, ErrNotSupported
}
