package edge

import (
	"context"
	"log/slog"
)

type number struct{}

func withNumber(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, number{}, id)
}

// Log is a logger whose lines name the request in whose context they are written.
func Log(log *slog.Logger) *slog.Logger { return slog.New(numbering{log.Handler()}) }

type numbering struct{ slog.Handler }

// Handle adds the number of the context's request.
func (n numbering) Handle(ctx context.Context, r slog.Record) error {
	if id, ok := ctx.Value(number{}).(string); ok {
		r.AddAttrs(slog.String("request", id))
	}
	return n.Handler.Handle(ctx, r)
}

// WithAttrs keeps adding the number.
func (n numbering) WithAttrs(attributes []slog.Attr) slog.Handler {
	return numbering{n.Handler.WithAttrs(attributes)}
}

// WithGroup keeps adding the number.
func (n numbering) WithGroup(name string) slog.Handler { return numbering{n.Handler.WithGroup(name)} }
