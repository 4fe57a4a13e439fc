/**
 * What every other package may use: how a failure is told to people, text from outside, names that
 * choose, digests, strict JSON.
 */
package org.treegrpo.core.base;
