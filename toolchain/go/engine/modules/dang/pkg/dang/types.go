package dang

import "github.com/vito/dang/v2/pkg/hm"

// Kind says what a named type is.
type Kind int

const (
	ObjectKind Kind = iota
	EnumKind
	ScalarKind
	InterfaceKind
)

// StringType is the type of strings.
var StringType = &Type{Named: "String", Kind: ScalarKind}

// Type is a named type. No program declares any in this build.
type Type struct {
	Named string
	Kind  Kind
}

func (t *Type) Name() string                                  { return t.Named }
func (t *Type) String() string                                { return t.Named }
func (t *Type) Types() hm.Types                               { return nil }
func (t *Type) Supertypes() []hm.Type                         { return nil }
func (t *Type) Eq(other hm.Type) bool                         { return t == other }
func (t *Type) Apply(hm.Subs) hm.Substitutable                { return t }
func (t *Type) FreeTypeVar() hm.TypeVarSet                    { return nil }
func (t *Type) Normalize(_, _ hm.TypeVarSet) (hm.Type, error) { return t, nil }
func (t *Type) NamedTypes() map[string]hm.Type                { return nil }
func (t *Type) LocalTypeOrigin(string) (BindingOrigin, bool)  { return BindingOrigin{}, false }
func (t *Type) LocalValueOrigin(string) (BindingOrigin, bool) { return BindingOrigin{}, false }
func (t *Type) SchemeOf(string) (*hm.Scheme, bool)            { return nil, false }
func (t *Type) LocalSchemeOf(string) (*hm.Scheme, bool)       { return nil, false }
func (t *Type) Bindings(Visibility) map[string]*hm.Scheme     { return nil }
func (t *Type) GetDocString(string) (string, bool)            { return "", false }
func (t *Type) GetTypeDocString() string                      { return "" }
func (t *Type) GetDirectives(string) []*DirectiveApplication  { return nil }

// ListType is the type of lists.
type ListType struct{ hm.Type }

// MapType is the type of maps with strings as keys.
type MapType struct{ hm.Type }

// RecordType is the type of a function's arguments.
type RecordType struct {
	hm.Type
	Fields     []Keyed[*hm.Scheme]
	DocStrings map[string]string
	Directives []Keyed[[]*DirectiveApplication]
}

// DirectiveApplication is a directive on a declaration.
type DirectiveApplication struct {
	Name string
	Args []Keyed[Node]
}
