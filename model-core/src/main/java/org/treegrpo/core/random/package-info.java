/** Random numbers that are a pure function of their key. */
package org.treegrpo.core.random;
