package org.treegrpo.job.metrics;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The run's curves for TensorBoard: one {@code events.out.tfevents.*} file for each process start.
 *
 * <p>The file is replaced whole, because object stores cannot append; to keep the bytes written
 * within 33 times the file's size, it is replaced once it has grown by 1/32, and on {@link #close}.
 * So a short run's file is current after every round. One writer, one thread.
 */
public final class TensorBoardWriter implements AutoCloseable {
  private static final int GROWTH_FRACTION = 32;

  // Field numbers of tensorflow.Event, Summary, Summary.Value and SessionLog.
  private static final int EVENT_WALL_TIME = 1;
  private static final int EVENT_STEP = 2;
  private static final int EVENT_FILE_VERSION = 3;
  private static final int EVENT_SUMMARY = 5;
  private static final int EVENT_SESSION_LOG = 7;
  private static final int SUMMARY_VALUE = 1;
  private static final int VALUE_TAG = 1;
  private static final int VALUE_SIMPLE = 2;
  private static final int SESSION_STATUS = 1;
  private static final int SESSION_START = 1;

  private final FileSystem fs;
  private final Path file;
  private final InstantSource clock;
  private final ByteArrayOutputStream events = new ByteArrayOutputStream();
  private int written;

  /**
   * Starts a file.
   *
   * @param firstRound the first round this process will write; TensorBoard drops what earlier files
   *     of the directory say from there on
   */
  public TensorBoardWriter(FileSystem fs, Path runDir, int firstRound, InstantSource clock)
      throws IOException {
    this.fs = fs;
    this.clock = clock;
    this.file =
        new Path(
            runDir,
            String.format(
                Locale.ROOT,
                "events.out.tfevents.%010d.%d",
                clock.millis() / 1000,
                ProcessHandle.current().pid()));
    events.writeBytes(event(0).text(EVENT_FILE_VERSION, "brain.Event:2").framed());
    events.writeBytes(
        event(firstRound)
            .message(EVENT_SESSION_LOG, new EventMessage().integer(SESSION_STATUS, SESSION_START))
            .framed());
    flushIfGrown();
  }

  /** Adds a round's curves. */
  public void add(RoundMetrics metrics) throws IOException {
    append(metrics.round(), Curves.of(metrics));
  }

  /** Adds an evaluation's curves. */
  public void add(EvaluationRecord evaluation) throws IOException {
    append(evaluation.round(), Curves.of(evaluation));
  }

  /** Writes what is pending. */
  @Override
  public void close() throws IOException {
    if (events.size() > written) {
      flush();
    }
  }

  private EventMessage event(int step) {
    return new EventMessage()
        .real64(EVENT_WALL_TIME, clock.millis() / 1000.0)
        .integer(EVENT_STEP, step);
  }

  private void append(int round, Map<String, Double> curves) throws IOException {
    EventMessage summary = new EventMessage();
    curves.forEach(
        (tag, value) ->
            summary.message(
                SUMMARY_VALUE,
                new EventMessage().text(VALUE_TAG, tag).real32(VALUE_SIMPLE, value.floatValue())));
    events.writeBytes(event(round).message(EVENT_SUMMARY, summary).framed());
    flushIfGrown();
  }

  private void flushIfGrown() throws IOException {
    if (events.size() - written > events.size() / GROWTH_FRACTION) {
      flush();
    }
  }

  private void flush() throws IOException {
    RunFiles.write(fs, file, events.toByteArray());
    written = events.size();
  }
}
