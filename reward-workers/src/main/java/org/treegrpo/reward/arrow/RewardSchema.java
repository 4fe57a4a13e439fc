package org.treegrpo.reward.arrow;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * The columns of a reward batch: {@code round}, {@code share}, {@code attempt} and {@code leaf},
 * int32 and not nullable, then one nullable float32 {@code reward_<name>} per reward, null =
 * failed. The schema's metadata holds the format, the batch's key and the rewards' versions.
 */
final class RewardSchema {

  static final String ROUND = "round";
  static final String SHARE = "share";
  static final String ATTEMPT = "attempt";
  static final String LEAF = "leaf";

  static final String FORMAT_KEY = "treegrpo.format";
  static final String FORMAT = "reward-batch-2";

  private static final String REWARD_PREFIX = "reward_";
  private static final String VERSION_PREFIX = "treegrpo.version.";
  private static final String KEY_PREFIX = "treegrpo.";

  private static final ArrowType INT32 = new ArrowType.Int(32, true);
  private static final ArrowType FLOAT32 =
      new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);

  private static final List<Field> KEY_FIELDS =
      List.of(
          required(ROUND, INT32),
          required(SHARE, INT32),
          required(ATTEMPT, INT32),
          required(LEAF, INT32));

  private RewardSchema() {}

  /** The columns for these rewards, without metadata. */
  public static List<Field> fields(List<String> rewardNames) {
    List<Field> fields = new ArrayList<>(KEY_FIELDS);
    for (String name : rewardNames) {
      fields.add(Field.nullable(column(name), FLOAT32));
    }
    return fields;
  }

  /** The column of a reward, {@code reward_<name>}. */
  public static String column(String rewardName) {
    return REWARD_PREFIX + rewardName;
  }

  static Schema of(RewardBatch batch) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(FORMAT_KEY, FORMAT);
    metadata.put(KEY_PREFIX + ROUND, Integer.toString(batch.round()));
    metadata.put(KEY_PREFIX + SHARE, Integer.toString(batch.share()));
    metadata.put(KEY_PREFIX + ATTEMPT, Integer.toString(batch.attempt()));
    new TreeMap<>(batch.versions())
        .forEach((name, version) -> metadata.put(VERSION_PREFIX + name, version));
    return new Schema(fields(batch.rewardNames()), metadata);
  }

  /** The rewards of a stream's schema, after checking every column. */
  static List<String> rewardNames(Schema schema) throws ArrowFormatException {
    String format = schema.getCustomMetadata().get(FORMAT_KEY);
    if (!FORMAT.equals(format)) {
      throw new ArrowFormatException(
          "reward batch: schema metadata %s = %s, this build reads '%s'; run the same version everywhere"
              .formatted(FORMAT_KEY, format, FORMAT));
    }
    List<String> names = new ArrayList<>();
    List<Field> fields = schema.getFields();
    for (int i = KEY_FIELDS.size(); i < fields.size(); i++) {
      String column = fields.get(i).getName();
      if (!column.startsWith(REWARD_PREFIX)) {
        throw new ArrowFormatException(
            "reward batch: column %d is '%s', expected a name with the prefix '%s'"
                .formatted(i, column, REWARD_PREFIX));
      }
      names.add(column.substring(REWARD_PREFIX.length()));
    }
    List<Field> expected = fields(names);
    if (!expected.equals(fields)) {
      throw new ArrowFormatException(
          "reward batch: the columns are %s, expected %s".formatted(fields, expected));
    }
    return names;
  }

  static int key(Schema schema, String name) throws ArrowFormatException {
    String value = schema.getCustomMetadata().get(KEY_PREFIX + name);
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new ArrowFormatException(
          "reward batch: schema metadata %s%s = %s must be an integer"
              .formatted(KEY_PREFIX, name, value),
          e);
    }
  }

  static Map<String, String> versions(Schema schema) {
    Map<String, String> versions = new TreeMap<>();
    schema
        .getCustomMetadata()
        .forEach(
            (key, value) -> {
              if (key.startsWith(VERSION_PREFIX)) {
                versions.put(key.substring(VERSION_PREFIX.length()), value);
              }
            });
    return versions;
  }

  private static Field required(String name, ArrowType type) {
    return new Field(name, FieldType.notNullable(type), null);
  }
}
