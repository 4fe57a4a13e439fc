package org.treegrpo.job.spark;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;

/**
 * A record class as its components: read by the accessors, made by the canonical constructor.
 *
 * @param <T> the record class
 */
final class RecordForm<T extends Record> {

  private final List<RecordComponent> components;
  private final Constructor<T> constructor;

  RecordForm(Class<T> type) {
    components = List.of(type.getRecordComponents());
    try {
      constructor =
          type.getDeclaredConstructor(
              components.stream().map(RecordComponent::getType).toArray(Class<?>[]::new));
      constructor.setAccessible(true);
      components.forEach(component -> component.getAccessor().setAccessible(true));
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(type + " has no canonical constructor", e);
    }
  }

  List<RecordComponent> components() {
    return components;
  }

  Object[] values(Record value) {
    Object[] values = new Object[components.size()];
    Arrays.setAll(values, i -> value(components.get(i), value));
    return values;
  }

  T of(Object[] values) {
    try {
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make a " + constructor.getName(), e);
    }
  }

  private static Object value(RecordComponent component, Record of) {
    try {
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }
}
