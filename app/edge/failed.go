package edge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/labstack/echo/v4"
)

// Panic is a panic of a handler as an error, with the stack it came from.
type Panic struct {
	Value any
	Stack []byte
}

func (p *Panic) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// Recover turns a panic of a handler into its error, a *Panic. It stands inside of
// what turns errors into answers.
func Recover(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			value := recover()
			if value == http.ErrAbortHandler {
				panic(value) // net/http's own way to break an answer off
			}
			if value != nil {
				err = &Panic{Value: value, Stack: debug.Stack()}
			}
		}()
		return next(c)
	}
}

// RetryAfter is in how many seconds to ask again when the database is away.
const RetryAfter = "5"

// LogInternal notes an error that its reader is told nothing of. That a client went away
// is no error.
func LogInternal(c echo.Context, log *slog.Logger, err error) {
	attributes := []any{"method", method(c.Request().Method), "route", c.Path(), "error", err}
	if errors.Is(err, context.Canceled) && c.Request().Context().Err() != nil {
		log.InfoContext(c.Request().Context(), "the client went away", attributes...)
		return
	}
	var panicked *Panic
	if errors.As(err, &panicked) {
		attributes = append(attributes, "stack", string(panicked.Stack))
	}
	log.ErrorContext(c.Request().Context(), "internal error", attributes...)
}

// statusOf is the status of an error that neither the console nor the API has
// made an answer of.
func statusOf(c echo.Context, log *slog.Logger, err error) int {
	var known *echo.HTTPError
	if errors.As(err, &known) {
		return known.Code
	}
	LogInternal(c, log, err)
	return http.StatusInternalServerError
}
