package org.treegrpo.core.policy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.treegrpo.core.base.EditDistance;

/** One JSON object of {@code policy.json}: typed access to its keys, each violation named. */
final class PolicyFilesObject {

  private static final int LARGEST = 1 << 20;

  private final String file;
  private final String prefix;
  private final JsonNode node;

  PolicyFilesObject(String file, String prefix, JsonNode node, List<String> keys)
      throws PolicyDirectoryException {
    this.file = file;
    this.prefix = prefix;
    this.node = node;
    if (!node.isObject()) {
      throw new PolicyDirectoryException(
          file, prefix, node, "must be an object with the keys " + keys);
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!keys.contains(entry.getKey())) {
        throw refused(
            entry.getKey(),
            entry.getValue(),
            "is not a known key, the nearest is '"
                + EditDistance.nearest(entry.getKey(), new TreeSet<>(keys))
                + "'");
      }
    }
  }

  PolicyDirectoryException refused(String key, Object value, String rule) {
    return new PolicyDirectoryException(file, path(key), value, rule);
  }

  /** Whether the key is there and not null. */
  boolean has(String key) {
    return node.hasNonNull(key);
  }

  JsonNode get(String key) throws PolicyDirectoryException {
    if (!node.has(key)) {
      throw refused(key, "nothing", "must be given");
    }
    return node.get(key);
  }

  PolicyFilesObject object(String key, List<String> keys) throws PolicyDirectoryException {
    return new PolicyFilesObject(file, path(key), get(key), keys);
  }

  List<PolicyFilesObject> objects(String key, List<String> keys) throws PolicyDirectoryException {
    JsonNode array = array(key);
    List<PolicyFilesObject> objects = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      objects.add(
          new PolicyFilesObject(file, "%s[%d]".formatted(path(key), i), array.get(i), keys));
    }
    return objects;
  }

  String text(String key) throws PolicyDirectoryException {
    JsonNode value = get(key);
    if (!value.isTextual() || value.textValue().isBlank()) {
      throw refused(key, value, "must be a string that is not blank");
    }
    return value.textValue();
  }

  /** A path relative to the policy directory that does not leave it. */
  String relativePath(String key) throws PolicyDirectoryException {
    String text = text(key);
    requireInside(key, text);
    return text;
  }

  /** Refuses a path that leaves the policy directory. */
  void requireInside(String key, String text) throws PolicyDirectoryException {
    if (text.indexOf('\0') >= 0
        || Path.of(text).isAbsolute()
        || Path.of(text).normalize().startsWith("..")) {
      throw refused(
          key, "'" + text + "'", "must be a relative path that stays inside the directory");
    }
  }

  int positiveInteger(String key) throws PolicyDirectoryException {
    return integer(path(key), get(key), 1);
  }

  /** An integer from {@code least} on, or {@code usual} where there is none. */
  int integer(String key, int least, int usual) throws PolicyDirectoryException {
    return has(key) ? integer(path(key), get(key), least) : usual;
  }

  /** True or false, or {@code usual} where there is none. */
  boolean flag(String key, boolean usual) throws PolicyDirectoryException {
    if (!has(key)) {
      return usual;
    }
    JsonNode value = get(key);
    if (!value.isBoolean()) {
      throw refused(key, value, "must be true or false");
    }
    return value.booleanValue();
  }

  List<Integer> positiveIntegers(String key) throws PolicyDirectoryException {
    JsonNode array = array(key);
    List<Integer> values = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      values.add(integer("%s[%d]".formatted(path(key), i), array.get(i), 1));
    }
    return values;
  }

  double finite(String key) throws PolicyDirectoryException {
    JsonNode value = get(key);
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw refused(key, value, "must be a finite number");
    }
    return value.doubleValue();
  }

  /** A number of bytes. */
  long bytes(String key) throws PolicyDirectoryException {
    JsonNode value = get(key);
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
      throw refused(key, value, "must be a number of bytes, a whole number from 0");
    }
    return value.longValue();
  }

  /** An object of finite numbers by free names. */
  Map<String, Double> numbers(String key) throws PolicyDirectoryException {
    Map<String, Double> numbers = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : members(key)) {
      JsonNode value = entry.getValue();
      if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
        throw refused(key + "." + entry.getKey(), value, "must be a finite number");
      }
      numbers.put(entry.getKey(), value.doubleValue());
    }
    return numbers;
  }

  /** An object of strings by free names. */
  Map<String, String> texts(String key) throws PolicyDirectoryException {
    Map<String, String> texts = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : members(key)) {
      if (!entry.getValue().isTextual()) {
        throw refused(key + "." + entry.getKey(), entry.getValue(), "must be a string");
      }
      texts.put(entry.getKey(), entry.getValue().textValue());
    }
    return texts;
  }

  private Set<Map.Entry<String, JsonNode>> members(String key) throws PolicyDirectoryException {
    JsonNode value = get(key);
    if (!value.isObject()) {
      throw refused(key, value, "must be an object");
    }
    return value.properties();
  }

  private JsonNode array(String key) throws PolicyDirectoryException {
    JsonNode value = get(key);
    if (!value.isArray()) {
      throw refused(key, value, "must be an array");
    }
    return value;
  }

  private int integer(String path, JsonNode value, int least) throws PolicyDirectoryException {
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < least
        || value.intValue() > LARGEST) {
      throw new PolicyDirectoryException(
          file, path, value, "must be an integer from %d to %d".formatted(least, LARGEST));
    }
    return value.intValue();
  }

  private String path(String key) {
    return prefix.isEmpty() ? key : prefix + "." + key;
  }
}
