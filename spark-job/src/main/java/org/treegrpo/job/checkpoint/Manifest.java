package org.treegrpo.job.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.treegrpo.core.base.Sha256;

/**
 * {@code MANIFEST.json}: the size and the SHA-256 of every file of a checkpoint. Written last, it
 * makes the checkpoint one.
 */
record Manifest(SortedMap<String, Entry> files) {

  static final String NAME = "MANIFEST.json";

  /** One file. */
  record Entry(long size, String sha256) {}

  byte[] toJson() {
    ObjectNode root = CheckpointJson.object();
    ObjectNode listed = root.putObject("files");
    files.forEach(
        (name, entry) ->
            listed.putObject(name).put("size", entry.size()).put("sha256", entry.sha256()));
    return CheckpointJson.bytes(root);
  }

  /** Reads a checkpoint's manifest; it may list only {@code known} files. */
  static Manifest read(FileSystem fs, Path directory, Set<String> known) throws IOException {
    Path file = new Path(directory, NAME);
    JsonNode listed = CheckpointJson.read(fs, file).path("files");
    SortedMap<String, Entry> files = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : listed.properties()) {
      if (!known.contains(field.getKey())) {
        throw new CheckpointException(
            file, "may only list %s; found '%s'".formatted(known, field.getKey()));
      }
      files.put(
          field.getKey(),
          new Entry(
              CheckpointJson.integer(file, field.getValue(), "size"),
              CheckpointJson.text(file, field.getValue(), "sha256")));
    }
    return new Manifest(files);
  }

  /** What differs between the manifest and the files; empty where they agree. */
  List<String> differences(FileSystem fs, Path directory) throws IOException {
    List<String> differences = new ArrayList<>();
    for (Map.Entry<String, Entry> listed : files.entrySet()) {
      Path file = new Path(directory, listed.getKey());
      Entry expected = listed.getValue();
      if (!fs.exists(file)) {
        differences.add(listed.getKey() + " is missing");
        continue;
      }
      long size = fs.getFileStatus(file).getLen();
      if (size != expected.size()) {
        differences.add(
            "%s must have %d bytes; found %d".formatted(listed.getKey(), expected.size(), size));
        continue;
      }
      String sha256 = sha256(fs, file);
      if (!sha256.equals(expected.sha256())) {
        differences.add(
            "%s must have the SHA-256 %s; found %s"
                .formatted(listed.getKey(), expected.sha256(), sha256));
      }
    }
    return differences;
  }

  private static String sha256(FileSystem fs, Path file) throws IOException {
    try (InputStream in = fs.open(file)) {
      return Sha256.of(in);
    }
  }
}
