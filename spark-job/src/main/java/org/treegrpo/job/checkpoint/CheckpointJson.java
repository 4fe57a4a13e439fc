package org.treegrpo.job.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.treegrpo.core.base.StrictJson;

/** The JSON files of a checkpoint and of the lock: strict reading, one form of writing. */
final class CheckpointJson {

  private static final ObjectMapper JSON = StrictJson.mapper();

  private CheckpointJson() {}

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  static byte[] bytes(ObjectNode node) {
    return (node.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
  }

  static JsonNode read(FileSystem fs, Path file) throws IOException {
    byte[] bytes;
    try (InputStream in = fs.open(file)) {
      bytes = in.readAllBytes();
    }
    try {
      JsonNode node = JSON.readTree(new String(bytes, StandardCharsets.UTF_8));
      if (node.isObject()) {
        return node;
      }
    } catch (JsonProcessingException e) {
      CheckpointException refusal =
          new CheckpointException(file, "must be a JSON object; " + e.getOriginalMessage());
      refusal.initCause(e);
      throw refusal;
    }
    throw new CheckpointException(file, "must be a JSON object; it is not");
  }

  static String text(Path file, JsonNode node, String key) throws CheckpointException {
    if (!node.path(key).isTextual()) {
      throw new CheckpointException(file, key + " must be a string; found " + node.path(key));
    }
    return node.path(key).textValue();
  }

  static long integer(Path file, JsonNode node, String key) throws CheckpointException {
    JsonNode value = node.path(key);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new CheckpointException(file, key + " must be an integer; found " + value);
    }
    return value.longValue();
  }

  static ObjectNode render(CheckpointState state) {
    ObjectNode node =
        object()
            .put("round", state.round())
            .put("optimizer_steps", state.optimizerSteps())
            .put("run_seed", state.runSeed())
            .put("config_hash", state.configHash())
            .put("weights_sha256", state.weightsSha256());
    ObjectNode extra = node.putObject("extra");
    state.extra().forEach(extra::put);
    return node;
  }

  static CheckpointState state(FileSystem fs, Path file) throws IOException {
    JsonNode node = read(fs, file);
    SortedMap<String, String> extra = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : node.path("extra").properties()) {
      extra.put(entry.getKey(), text(file, node.path("extra"), entry.getKey()));
    }
    long round = integer(file, node, "round");
    long steps = integer(file, node, "optimizer_steps");
    if (round < 0 || round > Integer.MAX_VALUE || steps < 0) {
      throw new CheckpointException(
          file,
          "round and optimizer_steps must be at least 0; found %d and %d".formatted(round, steps));
    }
    return new CheckpointState(
        (int) round,
        steps,
        integer(file, node, "run_seed"),
        text(file, node, "config_hash"),
        text(file, node, "weights_sha256"),
        extra);
  }
}
