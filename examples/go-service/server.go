package main

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"example.com/loadline/go-service/links"
)

const maximumBody = 4096

// server is the HTTP interface over a store of links.
type server struct {
	store    *links.Store
	log      *slog.Logger
	ready    atomic.Bool
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	registry *prometheus.Registry
}

func newServer(store *links.Store, log *slog.Logger) *server {
	s := &server{
		store:    store,
		log:      log,
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "http_requests_total", Help: "Requests answered."}, []string{"method", "route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "http_request_duration_seconds", Help: "Time to answer a request.", Buckets: prometheus.DefBuckets}, []string{"method", "route"}),
	}
	s.registry.MustRegister(
		s.requests,
		s.duration,
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "links", Help: "Links in the store."}, func() float64 { return float64(store.Len()) }),
	)
	return s
}

func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		s.answer(w, http.StatusOK, map[string]string{"status": "ok", "version": version})
	})
	mux.HandleFunc("GET /ready", s.readiness)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelError)}))
	mux.HandleFunc("POST /links", s.add)
	mux.HandleFunc("GET /l/{code}", s.follow)
	return s.observe(mux)
}

// readiness is false from the start of a shutdown on, so that no new traffic is sent while open requests are finished.
func (s *server) readiness(w http.ResponseWriter, _ *http.Request) {
	if s.ready.Load() {
		s.answer(w, http.StatusOK, map[string]string{"status": "ready"})
		return
	}
	s.answer(w, http.StatusServiceUnavailable, map[string]string{"status": "not ready"})
}

func (s *server) add(w http.ResponseWriter, r *http.Request) {
	var link struct {
		URL string `json:"url"`
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maximumBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&link); err != nil {
		s.answer(w, http.StatusBadRequest, map[string]string{"error": `a JSON object is wanted: {"url": "https://..."}`})
		return
	}
	code, err := s.store.Add(link.URL)
	switch {
	case errors.Is(err, links.ErrAddress):
		s.answer(w, http.StatusUnprocessableEntity, map[string]string{"error": err.Error()})
	case err != nil:
		s.answer(w, http.StatusInsufficientStorage, map[string]string{"error": err.Error()})
	default:
		w.Header().Set("Location", "/l/"+code)
		s.answer(w, http.StatusCreated, map[string]string{"code": code, "url": link.URL})
	}
}

func (s *server) follow(w http.ResponseWriter, r *http.Request) {
	address, known := s.store.Find(r.PathValue("code"))
	if !known {
		s.answer(w, http.StatusNotFound, map[string]string{"error": "no such link"})
		return
	}
	http.Redirect(w, r, address, http.StatusFound)
}

func (s *server) answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		s.log.Warn("answer not written", "error", err)
	}
}

// observe counts, times and logs each request under its route, not its path: a path would give one time series per link.
func (s *server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(recorder, r)
		route := r.Pattern
		if route == "" {
			route = "unmatched"
		}
		took := time.Since(started)
		s.requests.WithLabelValues(r.Method, route, strconv.Itoa(recorder.status)).Inc()
		s.duration.WithLabelValues(r.Method, route).Observe(took.Seconds())
		level := slog.LevelInfo
		switch route {
		case "GET /health", "GET /ready", "GET /metrics":
			// Probes and scrapes come every few seconds and say nothing while they succeed.
			if recorder.status < http.StatusBadRequest {
				level = slog.LevelDebug
			}
		}
		s.log.Log(r.Context(), level, "request", "method", r.Method, "route", route, "status", recorder.status, "milliseconds", float64(took.Microseconds())/1000)
	})
}

type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *statusRecorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
