// Package querybuilder stands in for github.com/vito/dang/v2/pkg/querybuilder: the builder of GraphQL queries, taken
// unchanged from Dang v1.
package querybuilder

import v1 "github.com/vito/dang/pkg/querybuilder"

// QueryBuilder is a GraphQL query under construction.
type QueryBuilder = v1.QueryBuilder

// Query starts a query.
func Query() *QueryBuilder {
	return v1.Query()
}
