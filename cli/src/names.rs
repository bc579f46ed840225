//! Distinct names, numbered in the order of their first appearance.

use std::collections::HashMap;

#[derive(Default)]
pub(crate) struct Names {
    list: Vec<Vec<u8>>,
    known: HashMap<Vec<u8>, usize>,
}

impl Names {
    /// The number of a name, which is given one if it is new.
    pub(crate) fn number(&mut self, name: &[u8]) -> usize {
        if let Some(number) = self.known.get(name) {
            return *number;
        }
        self.list.push(name.to_vec());
        self.known.insert(name.to_vec(), self.list.len() - 1);
        self.list.len() - 1
    }

    /// By number.
    pub(crate) fn list(&self) -> &[Vec<u8>] {
        &self.list
    }

    /// The name as text, with a sign in the place of bytes that are none.
    pub(crate) fn text(&self, number: usize) -> String {
        String::from_utf8_lossy(&self.list[number]).into_owned()
    }
}
