//! Sends each request as a span of its trace to the configured collector, if any, by OTLP.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchSpanProcessor, SpanData, SpanEvents, SpanLinks, SpanProcessor};

use crate::collector::Collector;
use crate::endpoint;
use crate::names::Names;
use crate::span::Span;

/// Sends spans in the background; they are dropped if the buffer is full.
#[derive(Clone)]
pub(crate) struct Traces {
    processor: Option<Arc<BatchSpanProcessor>>,
    scope: InstrumentationScope,
}

impl Traces {
    /// Sends to this collector, or to none if the endpoint is empty.
    pub(crate) fn new(endpoint: &str) -> Result<Self, String> {
        let scope = InstrumentationScope::builder("visavis-server").build();
        let Some(address) = endpoint::whole(endpoint)? else { return Ok(Traces { processor: None, scope }) };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::default())
            .with_endpoint(address)
            .build()
            .map_err(|error| error.to_string())?;
        let mut processor = BatchSpanProcessor::builder(exporter).build();
        let service = [
            KeyValue::new("service.name", "visavis-server"),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        ];
        processor.set_resource(&Resource::builder_empty().with_attributes(service).build());
        Ok(Traces { processor: Some(Arc::new(processor)), scope })
    }

    /// Sends a finished request, unless its client decided not to sample it.
    pub(crate) fn ended(&self, names: &Names, span: &Span) {
        let Some(processor) = self.processor.as_ref().filter(|_| names.is_sampled) else { return };
        let id = |text: Option<&str>| text.and_then(|text| SpanId::from_hex(text).ok());
        let (Ok(trace), Some(own)) = (TraceId::from_hex(&names.trace), id(Some(&names.span))) else { return };
        let end_time = SystemTime::now();
        let state = TraceState::default();
        processor.on_end(SpanData {
            span_context: SpanContext::new(trace, own, TraceFlags::SAMPLED, false, state),
            parent_span_id: id(names.parent.as_deref()).unwrap_or(SpanId::INVALID),
            parent_span_is_remote: true,
            span_kind: SpanKind::Server,
            name: format!("{} {}", span.method, span.route).into(),
            start_time: end_time.checked_sub(span.took).unwrap_or(end_time),
            end_time,
            attributes: attributes(names, span),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: if span.status.is_none_or(|status| status.is_server_error()) {
                Status::error("")
            } else {
                Status::Unset
            },
            instrumentation_scope: self.scope.clone(),
        });
    }

    /// Sends the remaining spans; takes some seconds if the collector does not answer.
    pub(crate) fn end(&self) {
        if let Some(processor) = &self.processor {
            // `Collector` has logged any failure.
            let _ = processor.shutdown_with_timeout(Duration::from_secs(5));
        }
    }
}

fn attributes(names: &Names, span: &Span) -> Vec<KeyValue> {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    let mut attributes = vec![
        KeyValue::new("http.request.method", span.method.to_string()),
        KeyValue::new("url.path", span.path.clone()),
        KeyValue::new("http.route", span.route),
        KeyValue::new("client.address", span.client.to_string()),
        KeyValue::new("http.request.body.size", span.body_bytes as i64),
        KeyValue::new("visavis.request_id", names.request.clone()),
        KeyValue::new("visavis.outcome", span.outcome),
        KeyValue::new("visavis.queue_milliseconds", milliseconds(span.queued)),
        KeyValue::new("visavis.verify_milliseconds", milliseconds(span.verified)),
    ];
    attributes.extend(span.user.clone().map(|user| KeyValue::new("user.name", user)));
    let status = span.status.map(|status| i64::from(status.as_u16()));
    attributes.extend(status.map(|code| KeyValue::new("http.response.status_code", code)));
    attributes.extend(span.reason.map(|reason| KeyValue::new("visavis.reason", reason)));
    attributes
}
