package org.treegrpo.job.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.net.NetUtils;

/**
 * Who holds a lock.
 *
 * @param host the machine
 * @param processSpace what tells containers that share a host name apart; empty if unknown
 * @param pid process id on that host, in that space
 * @param processStart when the process started, in milliseconds since 1970; 0 if unknown
 * @param application the Spark application
 * @param since when the lock was taken, ISO-8601
 * @param token unique to this lock
 * @param renewed whether the holder shows again and again that it lives, see {@link Lease}
 */
record LockOwner(
    String host,
    String processSpace,
    long pid,
    long processStart,
    String application,
    String since,
    String token,
    boolean renewed) {

  private static final long START_TOLERANCE_MILLIS = 2_000;

  static LockOwner current(String application) throws IOException {
    ProcessHandle process = ProcessHandle.current();
    return new LockOwner(
        NetUtils.getHostname().replaceFirst("/.*", ""),
        currentProcessSpace(),
        process.pid(),
        start(process),
        application,
        Instant.now().toString(),
        UUID.randomUUID().toString(),
        true);
  }

  byte[] toJson() {
    ObjectNode node =
        CheckpointJson.object()
            .put("host", host)
            .put("process_space", processSpace)
            .put("pid", pid)
            .put("process_start", processStart)
            .put("application", application)
            .put("since", since)
            .put("token", token)
            .put("renewed", renewed);
    return CheckpointJson.bytes(node);
  }

  static LockOwner parse(Path file, JsonNode node) throws CheckpointException {
    return new LockOwner(
        CheckpointJson.text(file, node, "host"),
        CheckpointJson.text(file, node, "process_space"),
        CheckpointJson.integer(file, node, "pid"),
        CheckpointJson.integer(file, node, "process_start"),
        CheckpointJson.text(file, node, "application"),
        CheckpointJson.text(file, node, "since"),
        CheckpointJson.text(file, node, "token"),
        node.path("renewed").asBoolean(false));
  }

  /** Whether this owner is certainly gone, as seen by {@code taker}. */
  boolean isGone(LockOwner taker) throws IOException {
    return canBeSeenBy(taker) ? !isAlive() : application.equals(taker.application);
  }

  /** Whether {@code taker} can tell by looking whether this owner lives. */
  boolean canBeSeenBy(LockOwner taker) {
    return host.equals(taker.host) && processSpace.equals(taker.processSpace);
  }

  /** What people are told. */
  @Override
  public String toString() {
    return "process %d on %s (application %s) since %s".formatted(pid, host, application, since);
  }

  private boolean isAlive() throws IOException {
    Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    if (process.isEmpty() || isZombie(pid)) {
      return false;
    }
    long start = start(process.get());
    return start == 0
        || processStart == 0
        || Math.abs(start - processStart) <= START_TOLERANCE_MILLIS;
  }

  /** A dead process keeps its id until its parent asks for it, which in a container nobody may. */
  private static boolean isZombie(long pid) throws IOException {
    java.nio.file.Path stat = java.nio.file.Path.of("/proc", Long.toString(pid), "stat");
    try {
      String line = Files.readString(stat, StandardCharsets.ISO_8859_1);
      return line.startsWith("Z", line.lastIndexOf(')') + 2);
    } catch (NoSuchFileException e) {
      return false; // no such file system, or reaped just now
    }
  }

  private static long start(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  private static String currentProcessSpace() throws IOException {
    java.nio.file.Path link = java.nio.file.Path.of("/proc/self/ns/pid");
    return Files.isSymbolicLink(link) ? Files.readSymbolicLink(link).toString() : "";
  }
}
